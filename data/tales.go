package data

import "strings"

const talesDefault = 20000 // examples when none are asked for

// Stories is a text of short stories in English: people, a thing that goes from hand to hand, and a question whose
// answer is the one who has it now. What comes next follows from words far back, which is what models of text differ in.
func Stories(o Options) (*Corpus, error) { return tales("stories", o, story) }

// Couplets is a text of four-line verses in Chinese, five characters a line: the second line of a pair answers the first
// word by word (spring with autumn, wind with moon), and the even lines rhyme.
func Couplets(o Options) (*Corpus, error) { return tales("couplets", o, verse) }

// tales makes a corpus of documents, each a pure function of the seed and its number.
func tales(name string, o Options, make func(*stream) string) (*Corpus, error) {
	n := o.Examples
	if n == 0 {
		n = talesDefault
	}
	documents, key := [][]byte{}, mix(keyOf(name), o.Seed)
	for i := range n {
		documents = append(documents, []byte(make(&stream{mix(key, uint64(i))})+"\n"))
	}
	return NewCorpus(name, documents, o)
}

var (
	names   = strings.Fields("Anna Ben Clara David Emma Frank Grace Henry Iris Jack Kate Leo Mary Nora Oscar Paul Rosa Sam Tom Vera")
	things  = strings.Fields("ball book brick cake coin cup drum flute hat kite lamp map pear pen ring rope shell stone sword whistle")
	looks   = strings.Fields("big blue bright broken clean cold golden green heavy little long old red round sharp small soft white")
	places  = strings.Fields("barn bridge forest garden harbour hill house kitchen market mill river school tower valley")
	moods   = strings.Fields("glad sad proud tired quiet angry")
	passing = []string{"gave it to", "lent it to", "threw it to", "sold it to", "brought it to"}
)

func story(s *stream) string {
	word := func(list []string) string { return list[s.intn(len(list))] }
	other := func(not string) string {
		for {
			if w := word(names); w != not {
				return w
			}
		}
	}
	owner, thing, look, place := word(names), word(things), word(looks), word(places)
	var b strings.Builder
	say := func(words ...string) { b.WriteString(strings.Join(words, " ")) }
	say(owner, "had a", look, thing+".", "")
	for range 1 + s.intn(3) {
		next := other(owner)
		switch s.intn(3) {
		case 0:
			say(owner, "met", next, "in the", place, "and", word(passing), next+".", "")
		case 1:
			say("One day", owner, "went to the", place+".", next, "was there.", owner, word(passing), next+".", "")
		default:
			say(next, "asked for the", thing+".", "So", owner, word(passing), next+".", "")
		}
		if s.intn(3) == 0 {
			say(owner, "was", word(moods)+".", "")
		}
		owner, place = next, word(places)
	}
	say("Who has the", look, thing, "now?", owner, "has the", look, thing+".")
	return b.String()
}

var (
	seasons = []string{"春秋", "朝暮", "晴雨", "晓夜", "寒暖", "远近", "新旧", "东西", "南北", "左右"}
	scenes  = []string{"风月", "山水", "云霞", "花草", "松竹", "雁鸥", "江湖", "星露", "桥亭", "楼台", "船帆", "雪霜"}
	deeds   = []string{"吹照", "绕连", "来去", "开落", "生沉", "过归", "入出", "迷随"}
	colours = []string{"青白", "红绿", "清明", "孤双", "千万", "高低", "长短", "深浅"}
	rhymes  = []string{"山间湾关还闲", "楼秋流舟洲愁", "风中红空东钟", "天前烟边泉船", "声城情生明轻"}
	firsts  = []rune("路客影梦酒雨叶草鸟石雾海")
)

func verse(s *stream) string {
	pair := func(list []string) [2]string {
		r := []rune(list[s.intn(len(list))])
		if s.intn(2) == 1 {
			r[0], r[1] = r[1], r[0]
		}
		return [2]string{string(r[0]), string(r[1])}
	}
	rhyme := []rune(rhymes[s.intn(len(rhymes))])
	var b strings.Builder
	for range 2 {
		season, scene, deed, colour := pair(seasons), pair(scenes), pair(deeds), pair(colours)
		ends := [2]string{string(firsts[s.intn(len(firsts))]), string(rhyme[s.intn(len(rhyme))])}
		for line, mark := range []string{"，", "。"} {
			b.WriteString(season[line] + scene[line] + deed[line] + colour[line] + ends[line] + mark)
		}
	}
	return b.String()
}
