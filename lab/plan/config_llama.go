package plan

// The families that follow LLaMA: RMS norms, no biases, gated feed-forward layers, rotary positions.

// gated is a block of two RMS norms without biases, and a norm at the end.
func gated(f *fields, tied bool) Shape {
	s := Shape{
		Width: f.size("hidden_size"), Layers: f.size("num_hidden_layers"), Heads: f.size("num_attention_heads"), Vocab: f.size("vocab_size"),
		FF: f.size("intermediate_size"), Context: f.size("max_position_embeddings"),
		Norm: RMS, BlockNorms: 2, OuterNorms: 1, Gated: true, Tied: f.flag("tie_word_embeddings", tied),
	}
	s.KVHeads = f.sizeOr(s.Heads, "num_key_value_heads")
	if s.HeadDim = f.sizeOr(0, "head_dim"); s.HeadDim == 0 {
		s.HeadDim = f.divided(s.Width, s.Heads, "num_attention_heads")
	}
	return s
}

// biased adds the biases that attention_bias asks for.
func biased(f *fields, s Shape) Shape {
	s.QKVBias = f.flag("attention_bias", false)
	s.OutBias = s.QKVBias
	return s
}

func llama(f *fields) Shape {
	s := biased(f, gated(f, false))
	s.FFBias = f.flag("mlp_bias", false)
	return s
}

func mistral(f *fields) Shape { return gated(f, false) }

// phi3 keeps queries, keys and values in one matrix, and both inner feed-forward ones, of the same sizes together.
func phi3(f *fields) Shape { return gated(f, false) }

func qwen2(f *fields) Shape {
	s := gated(f, false)
	s.QKVBias = true
	return s
}

// qwen3 normalises each head's queries and keys.
func qwen3(f *fields) Shape {
	f.size("head_dim") // it does not follow from the width
	s := biased(f, gated(f, false))
	s.QKNorm = true
	return s
}

func mixtral(f *fields) Shape {
	s := gated(f, false)
	s.Experts = &Experts{Count: f.size("num_local_experts"), Active: f.size("num_experts_per_tok"), FF: s.FF}
	s.FF = 0
	return s
}

func qwen3MoE(f *fields) Shape {
	s := qwen3(f)
	if f.countOr(1, "decoder_sparse_step") != 1 {
		f.fail("decoder_sparse_step", short(f.values["decoder_sparse_step"]), "1: experts in every layer")
	}
	f.none("mlp_only_layers")
	s.Experts = &Experts{Count: f.size("num_experts", "num_local_experts"), Active: f.size("num_experts_per_tok"), FF: f.size("moe_intermediate_size")}
	s.FF = 0
	return s
}

func gemma(f *fields) Shape {
	f.size("head_dim")
	return biased(f, gated(f, true))
}

// gemma2 has norms after the branches too.
func gemma2(f *fields) Shape {
	s := gemma(f)
	s.BlockNorms = 4
	return s
}

// gemma3 normalises each head's queries and keys besides.
func gemma3(f *fields) Shape {
	s := gemma2(f)
	s.QKNorm = true
	return s
}

// deepSeek is DeepSeek-V2 and V3: latent attention, and experts in all layers but the first. The module that predicts tokens further
// ahead, which trained V3 and is no part of the model that writes, is not counted.
func deepSeek(f *fields) Shape {
	f.only("attention_bias", false)
	s := Shape{
		Width: f.size("hidden_size"), Layers: f.size("num_hidden_layers"), Heads: f.size("num_attention_heads"), Vocab: f.size("vocab_size"),
		FF: f.size("intermediate_size"), Context: f.size("max_position_embeddings"),
		Norm: RMS, BlockNorms: 2, OuterNorms: 1, Gated: true, Tied: f.flag("tie_word_embeddings", false),
		Latent: &Latent{QRank: f.countOr(0, "q_lora_rank"), KVRank: f.size("kv_lora_rank"), Nope: f.size("qk_nope_head_dim"), Rope: f.size("qk_rope_head_dim"), Value: f.size("v_head_dim")},
	}
	s.KVHeads, s.HeadDim = s.Heads, s.Latent.Nope+s.Latent.Rope
	if n := f.countOr(0, "n_routed_experts"); n > 0 {
		if f.countOr(1, "moe_layer_freq") != 1 {
			f.fail("moe_layer_freq", short(f.values["moe_layer_freq"]), "1: experts in every layer after the first dense ones")
		}
		s.Experts = &Experts{
			Count: n, Active: f.size("num_experts_per_tok"), FF: f.size("moe_intermediate_size"), Shared: f.countOr(0, "n_shared_experts"),
			Dense: f.countOr(0, "first_k_dense_replace"), Bias: f.word("model_type") == "deepseek_v3",
		}
	}
	return s
}
