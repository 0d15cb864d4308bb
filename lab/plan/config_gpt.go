package plan

// The families that follow GPT-2: layer norms, biases, two feed-forward matrices. Each is as the class of its name in Hugging Face's
// transformers library builds it; published counts are in the tests.

// classic is a block of two layer norms, biases everywhere and a norm at the end, with a tied head.
func classic(f *fields, width, layers, heads string) Shape {
	s := Shape{
		Width: f.size(width), Layers: f.size(layers), Heads: f.size(heads), Vocab: f.size("vocab_size"),
		Norm: LayerNorm, BlockNorms: 2, OuterNorms: 1, QKVBias: true, OutBias: true, FFBias: true,
		Tied: f.flag("tie_word_embeddings", true),
	}
	s.KVHeads, s.HeadDim, s.FF = s.Heads, f.divided(s.Width, s.Heads, heads), 4*s.Width
	return s
}

func gpt2(f *fields) Shape {
	f.only("add_cross_attention", false)
	s := classic(f, "n_embd", "n_layer", "n_head")
	s.FF = f.sizeOr(s.FF, "n_inner")
	s.Positions = f.size("n_positions", "n_ctx")
	s.Context = s.Positions
	return s
}

// gpt1 has its norms after the branches, and none at the end.
func gpt1(f *fields) Shape {
	s := classic(f, "n_embd", "n_layer", "n_head")
	s.OuterNorms, s.Positions = 0, f.size("n_positions", "n_ctx")
	s.Context = s.Positions
	return s
}

func gptBigCode(f *fields) Shape {
	f.only("add_cross_attention", false)
	s := classic(f, "n_embd", "n_layer", "n_head")
	s.FF, s.Positions = f.sizeOr(s.FF, "n_inner"), f.size("n_positions")
	s.Context = s.Positions
	if f.flag("multi_query", true) {
		s.KVHeads = 1
	}
	return s
}

func gptNeo(f *fields) Shape {
	s := classic(f, "hidden_size", "num_layers", "num_heads")
	s.FF, s.Positions, s.QKVBias = f.sizeOr(s.FF, "intermediate_size"), f.size("max_position_embeddings"), false
	s.Context = s.Positions
	return s
}

func gptNeoX(f *fields) Shape {
	s := classic(f, "hidden_size", "num_hidden_layers", "num_attention_heads")
	s.FF, s.Context = f.size("intermediate_size"), f.size("max_position_embeddings")
	s.QKVBias = f.flag("attention_bias", true)
	s.OutBias, s.Tied = s.QKVBias, f.flag("tie_word_embeddings", false)
	return s
}

// gptJ runs both branches of a block side by side after one norm; its head has a bias.
func gptJ(f *fields) Shape {
	s := classic(f, "n_embd", "n_layer", "n_head")
	s.FF, s.Context = f.sizeOr(s.FF, "n_inner"), f.size("n_positions")
	s.BlockNorms, s.QKVBias, s.OutBias, s.HeadBias = 1, false, false, true
	s.Tied = f.flag("tie_word_embeddings", false)
	return s
}

// phi is GPT-J with biases in attention too.
func phi(f *fields) Shape {
	s := classic(f, "hidden_size", "num_hidden_layers", "num_attention_heads")
	s.FF, s.Context, s.KVHeads = f.size("intermediate_size"), f.size("max_position_embeddings"), f.sizeOr(s.Heads, "num_key_value_heads")
	s.BlockNorms, s.HeadBias = 1, true
	s.Tied = f.flag("tie_word_embeddings", false)
	f.only("qk_layernorm", false)
	return s
}

// opt has two places more than its context; its smaller sizes may embed tokens in vectors of another width, and norm after the branches.
func opt(f *fields) Shape {
	f.only("layer_norm_elementwise_affine", true)
	s := classic(f, "hidden_size", "num_hidden_layers", "num_attention_heads")
	s.FF, s.Context = f.size("ffn_dim"), f.size("max_position_embeddings")
	s.Positions = s.Context + 2
	if e := f.sizeOr(s.Width, "word_embed_proj_dim"); e != s.Width {
		s.EmbedWidth = e
	}
	if !f.flag("do_layer_norm_before", true) || f.flag("_remove_final_layer_norm", false) {
		s.OuterNorms = 0
	}
	s.QKVBias = f.flag("enable_bias", true)
	s.OutBias, s.FFBias = s.QKVBias, s.QKVBias
	return s
}

// bloom has a norm after the embedding, and biases of attention scores instead of positions (ALiBi), which are not learnt.
func bloom(f *fields) Shape {
	width := "hidden_size"
	if f.values[width] == nil {
		width = "n_embed"
	}
	heads := "n_head"
	if f.values[heads] == nil {
		heads = "num_attention_heads"
	}
	layers := "n_layer"
	if f.values[layers] == nil {
		layers = "num_hidden_layers"
	}
	s := classic(f, width, layers, heads)
	s.OuterNorms, s.Context = 2, f.sizeOr(2048, "seq_length")
	return s
}

// falcon has a norm for each branch or one for both, and one key head, some, or as many as queries.
func falcon(f *fields) Shape {
	s := classic(f, "hidden_size", "num_hidden_layers", "num_attention_heads")
	s.FF, s.Context = f.sizeOr(s.FF, "ffn_hidden_size"), f.sizeOr(2048, "max_position_embeddings")
	s.QKVBias = f.flag("bias", false)
	s.OutBias, s.FFBias = s.QKVBias, s.QKVBias
	parallel := f.flag("parallel_attn", true)
	switch {
	case f.flag("new_decoder_architecture", false):
		s.KVHeads, s.BlockNorms = f.sizeOr(s.Heads, "num_kv_heads"), f.sizeOr(2, "num_ln_in_parallel_attn")
		if !parallel {
			s.BlockNorms = 2
		} else if s.BlockNorms > 2 {
			f.fail("num_ln_in_parallel_attn", "more", "1 or 2")
		}
	default:
		if f.flag("multi_query", true) {
			s.KVHeads = 1
		}
		if parallel {
			s.BlockNorms = 1
		}
	}
	return s
}

func starCoder2(f *fields) Shape {
	s := classic(f, "hidden_size", "num_hidden_layers", "num_attention_heads")
	s.FF, s.Context, s.KVHeads = f.size("intermediate_size"), f.size("max_position_embeddings"), f.sizeOr(s.Heads, "num_key_value_heads")
	s.QKVBias = f.flag("use_bias", true)
	s.OutBias, s.FFBias = s.QKVBias, s.QKVBias
	return s
}
