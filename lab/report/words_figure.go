package report

// figureWords are the texts in figures.
var figureWords = map[string]phrase{
	// Axes.
	"axis.n":         {"parameters N", "参数量 N"},
	"axis.n.all":     {"parameters N, embedding included", "参数量 N（含嵌入层）"},
	"axis.n.inner":   {"parameters N, without the embedding", "参数量 N（不含嵌入层）"},
	"axis.d":         {"training tokens D", "训练词元数 D"},
	"axis.c":         {"training compute C (floating-point operations)", "训练计算量 C（浮点运算次数）"},
	"axis.loss":      {"loss on unseen text, nats a token", "未见文本上的损失（奈特/词元）"},
	"axis.residual":  {"measured loss against the law's", "实测损失相对拟合值的偏差"},
	"axis.measured":  {"measured loss, nats a token", "实测损失（奈特/词元）"},
	"axis.predicted": {"the law's loss, nats a token", "拟合公式给出的损失（奈特/词元）"},
	"axis.exponent":  {"exponent a of the compute-optimal size, N = G·Cᵃ", "计算最优参数量 N = G·Cᵃ 中的指数 a"},
	"axis.off":       {"● measured minus predicted, as a share of the measured loss; bar: the interval that was written down", "● 实测减预测，占实测损失的百分比；横条：事先写下的预测区间"},
	"axis.tokens-of": {"tokens of the held-out size, N = %s", "留出规模 N = %s 的训练词元数"},
	"axis.skill":     {"right answers", "答对的比例"},
	"axis.nats":      {"log-probability of the right answer, nats", "正确答案的对数概率（奈特）"},
	"axis.epochs":    {"times the same text is read (epochs)", "同一文本重复阅读的遍数（轮）"},
	"axis.layers":    {"layers", "层数"},
	"axis.rate":      {"learning rate, relative to the family's rule", "学习率（相对于模型族规则）"},
	"axis.change":    {"loss against that at the rule's rate", "损失相对规则学习率的变化"},

	// Titles.
	"title.verdict":         {"Predicted first, then trained", "先预测，后训练"},
	"title.loss-parameters": {"More parameters, lower loss", "参数越多，损失越低"},
	"title.by-parameters":   {"Loss against parameters", "损失随参数量的变化"},
	"title.by-tokens":       {"Loss against training text", "损失随训练文本的变化"},
	"title.by-compute":      {"Loss against compute", "损失随算力的变化"},
	"title.loss-tokens":     {"More text, lower loss", "文本越多，损失越低"},
	"title.loss-compute":    {"Every budget has its best size", "每份算力都有最合适的规模"},
	"title.iso-flop":        {"At equal cost, neither the smallest nor the largest wins", "算力相同：太小太大都不好"},
	"title.surface":         {"The fitted law: loss over parameters and tokens", "拟合曲面：损失随参数量与词元数的变化"},
	"title.residuals":       {"What the law leaves unexplained", "残差：公式没有解释的部分"},
	"title.predicted":       {"The law's loss beside the measured one", "拟合值与实测值对照"},
	"title.exponents":       {"How fast should a model grow with compute?", "算力增加时，模型该长多快？"},
	"title.counting":        {"Counting the embedding changes the law (D = %s)", "算不算嵌入层，结论不同（D = %s）"},
	"title.skills":          {"Skills beside the loss (D = %s)", "能力与损失（D = %s）"},
	"title.repeated":        {"Reading the same text again (%s, D = %s)", "反复阅读同一份文本（%s，D = %s）"},
	"title.shape":           {"Deep or wide, at equal parameters (D = %s)", "参数量相同：深一些还是宽一些？（D = %s）"},
	"title.ensemble":        {"Several small models or one bigger one (D = %s)", "几个小模型，还是一个大模型？（D = %s）"},
	"title.rates":           {"Is each size near its best learning rate?", "各规模的学习率是否接近最优？"},

	// Labels within figures.
	"label.tokens":   {"D = %s", "D = %s"},
	"label.frontier": {"least loss for the compute", "给定算力的最低损失"},
	"label.optimal":  {"compute-optimal", "计算最优"},
	"label.noise":    {"; grey: two standard deviations between seeds", "；灰色：不同随机种子间的两个标准差"},
	"label.verdict":  {"predicted %s, measured %s", "预测 %s，实测 %s"},
	"label.held-out": {", held out", "（留出）"},
	"label.inner":    {"without the embedding, α = %s", "不含嵌入层，α = %s"},
	"label.all":      {"all parameters, α = %s", "全部参数，α = %s"},
	"label.loss":     {"loss", "损失"},
	"label.again":    {"the part, repeated", "部分文本，反复读"},
	"label.alone":    {"the part, read once", "部分文本，只读一遍"},
	"label.rate":     {"%s, D = %s", "%s，D = %s"},
	"label.fresh":    {"fresh text only", "全为新文本"},
	"label.shape":    {"width %d, %s", "宽 %d，%s"},
	"label.bigger":   {"one model (%s)", "单个大模型（%s）"},
	"label.together": {"%d models together", "%d 个模型集成"},
	"label.member":   {"each model (%s)", "每个小模型（%s）"},

	// Skills, by the names they are measured under.
	"skill.accuracy":   {"next token", "下一个词元"},
	"skill.brackets":   {"closing bracket", "括号匹配"},
	"skill.induction":  {"copying from context", "上下文复制"},
	"skill.arithmetic": {"arithmetic", "算术"},
	"skill.copy":       {"copying", "抄写"},

	// Published laws, by their names in lab/fit.
	"law.Kaplan 2020":                            {"Kaplan 2020", "Kaplan 2020"},
	"law.Hoffmann 2022, approach 1":              {"Hoffmann 2022, approach 1", "Hoffmann 2022，方法一"},
	"law.Hoffmann 2022, approach 2":              {"Hoffmann 2022, approach 2", "Hoffmann 2022，方法二"},
	"law.Hoffmann 2022, approach 3":              {"Hoffmann 2022, approach 3", "Hoffmann 2022，方法三"},
	"law.Hoffmann 2022, approach 3, more digits": {"Hoffmann 2022, approach 3, more digits", "Hoffmann 2022，方法三（更多位数）"},
	"law.Besiroglu 2024":                         {"Besiroglu 2024", "Besiroglu 2024"},

	"approach.cannot":  {"the curves of this family do not tell: too few computes have their best size inside it", "本模型族的曲线不足以判断：最优规模落在族内的算力点太少"},
	"approach.used":    {"from %[1]d computes; %[2]d more have no best size inside the family", "由 %[1]d 个算力点得到；另有 %[2]d 个点的最优规模不在族内"},
	"approach.derived": {"from the law: a = β/(α+β)", "由公式导出：a = β/(α+β)"},

	// Approaches to the compute-optimal size.
	"approach.1":   {"here, approach 1 (envelope)", "本实验，方法一（包络线）"},
	"approach.2":   {"here, approach 2 (iso-FLOP)", "本实验，方法二（等算力）"},
	"approach.3":   {"here, approach 3 (terms summed)", "本实验，方法三（两项相加）"},
	"approach.law": {"here, the law", "本实验的定律（两项耦合）"},
}
