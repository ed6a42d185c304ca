/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-passage.h"

#include <string.h>

/* Written for Myna: everyday sentences that together have all phones of their language, the rare
 * ones several times, in about a minute. */
static const struct
{
  const char *language; /* first part of a code */
  const char *text;
} passages[] = {
  { "en",
    "The young boy enjoyed measuring the height of each oak tree with a yellow ruler. "
    "Although the weather was awful, she thought that fishing from the bridge would be a pleasure. "
    "Put the good cookbook next to the fresh garlic, the cheese and the vinegar. "
    "Five judges heard a curious noise outside the church hall on Thursday. "
    "Why don't you wear your thick leather gloves when you chop that wood? "
    "A huge brown bear ran through the valley, chasing three hungry foxes. "
    "Our teacher usually asks us to choose a quiet corner and read aloud. "
    "Zoe's cousin owns a beige sofa, a purple rug and an enormous mirror. "
    "Both of the singers bathe in the warm lake before breakfast. "
    "He pushed the heavy door, turned the key, and vanished into the fog. "
    "Which of these jars would hold four pounds of sugar and some honey? "
    "Finally the ship's engine coughed, and we moved slowly toward the southern shore." },
  { "cmn", "今天早上天气很好，我和朋友一起去公园散步。"
           "小女孩穿着绿色的裙子，在草地上追赶一只白兔。"
           "爷爷坐在窗户旁边，慢慢地喝一杯热茶。"
           "请你把桌子上的报纸和词典拿给我，好吗？"
           "他昨天从北京坐飞机到广州，路上用了三个小时。"
           "春天来了，山坡上开满了红色和紫色的花朵。"
           "这家饭馆的饺子和牛肉面，又便宜又好吃。"
           "医生说你应该多休息，少熬夜，按时吃药。"
           "二十五位学生参加了这次数学比赛，结果让人非常惊讶。"
           "如果明天下雨，我们就在家里看电影，听音乐。"
           "虽然路很远，他还是骑自行车去图书馆借书。"
           "邻居送给我们一筐新鲜的苹果、葡萄和橘子，真是太客气了。" },
  { "de", "Der junge Förster pflückte früh am Morgen süße Äpfel und reife Birnen. "
          "Möchtest du noch ein Stück Kuchen, oder trinken wir jetzt eine Tasse Tee? "
          "Die Züge nach Köln fahren heute leider zwanzig Minuten später. "
          "Mein Großvater erzählte uns abends gern Geschichten von Königen und Räubern. "
          "Ich suche ein ruhiges Zimmer mit Blick auf den See und die Berge. "
          "Plötzlich sprang ein schwarzer Hund über den Zaun und jagte die Hühner. "
          "Das Orchester übt jeden Freitag ein schwieriges Stück für Geige und Flöte. "
          "Vergiss bitte nicht, die Schlüssel in den Briefkasten zu werfen! "
          "Auf dem Dach des alten Hauses nisten seit Jahren zwei Störche. "
          "Wir haben euch gestern auf dem Jahrmarkt gesehen, aber ihr wart zu schnell weg. "
          "Der Ingenieur prüfte die Maschine und fand einen winzigen Fehler. "
          "Ohne Fleiß kein Preis, sagte die Lehrerin und lächelte freundlich." },
  { "fr", "Le jeune garçon mange une pomme rouge sous le grand chêne du jardin. "
          "Hier soir, nous avons écouté un musicien jouer de la guitare au bord de l'eau. "
          "Veux-tu bien fermer la fenêtre ? Le vent souffle et il fait un froid de loup. "
          "Ma sœur a acheté un vieux fauteuil vert et une lampe brune au marché. "
          "Les enfants cherchent des coquillages sur la plage pendant que leur oncle pêche. "
          "Un boulanger travaille chaque nuit pour que le pain soit prêt au matin. "
          "La montagne était couverte de neige, et le brouillard cachait le village. "
          "Je n'ai jamais vu un chien aussi peureux que celui de notre voisin. "
          "Lundi prochain, huit étudiants partiront en voyage vers l'Espagne. "
          "Il faut que tu lises ce roman, il est à la fois drôle et émouvant. "
          "Quelle heure est-il ? Je crois que le train de Lyon vient d'arriver. "
          "Peu à peu, la lumière du soleil a rempli toute la cuisine." },
  { "es", "El niño pequeño corre por la calle con su perro negro y una cometa roja. "
          "Mañana iremos al mercado para comprar queso, jamón, cerezas y pan. "
          "¿Quieres que te ayude a cerrar la puerta del garaje? "
          "La lluvia cayó toda la noche y el río creció hasta llegar al puente viejo. "
          "Mi abuela guarda en un baúl las cartas que le escribió un marinero. "
          "Los jueces escucharon con atención las quejas de los vecinos. "
          "Hace mucho frío; ponte el abrigo, la bufanda y los guantes de lana. "
          "Un zorro salió del bosque y asustó a las gallinas del granjero. "
          "El tren hacia Zaragoza sale a las cinco y llega antes de las ocho. "
          "Nuestra profesora explica la geografía con mapas y dibujos muy bonitos. "
          "Llamé a Joaquín para invitarlo a jugar al ajedrez en mi casa. "
          "¡Qué sabor tan dulce tienen estas uvas y aquellos higos!" },
  { "ru", "Рано утром маленький мальчик вышел во двор и увидел рыжую лошадь. "
          "Мы поедем на дачу в субботу, если не будет дождя и сильного ветра. "
          "Бабушка испекла вкусный пирог с яблоками и поставила чайник. "
          "Пожалуйста, закройте дверь и выключите свет в коридоре. "
          "Этот художник живёт в большом городе, но любит рисовать тихие озёра. "
          "Вечером вся семья собралась за столом, чтобы обсудить поездку к морю. "
          "Мой друг купил щенка и теперь каждый день гуляет с ним в парке. "
          "На площади играла музыка, а люди пели и танцевали до утра. "
          "Учительница объяснила нам, почему птицы улетают осенью на юг. "
          "Где ты был вчера? Я ждал тебя целый час у входа в цирк. "
          "Поезд медленно подъехал к станции, и пассажиры вышли на платформу. "
          "Съешь ещё этих мягких французских булок да выпей чаю." },
  { "ja", "きょうはとてもいいてんきなので、ともだちとこうえんをさんぽしました。"
          "ちいさなおんなのこが、あかいぼうしをかぶってはしっています。"
          "すみません、えきへいくみちをおしえてくださいませんか。"
          "おじいさんはまいあさ、しんぶんをよみながらおちゃをのみます。"
          "きのうのよる、きゅうにつよいあめがふって、かぜもふきました。"
          "りょこうのしゃしんをみんなでみて、たくさんわらいました。"
          "このりょうりは、やさいとぎゅうにくをゆっくりにてつくります。"
          "がっこうのとしょかんには、めずらしいずかんがひゃくさつあります。"
          "でんしゃがおくれたので、かいぎのじかんにまにあいませんでした。"
          "にわのさくらがさいて、ことりたちがにぎやかにうたっています。"
          "らいしゅうのどようび、いっしょにえいがをみにいきましょう。"
          "ぴあののれんしゅうは、まいにちつづけることがだいじです。" },
};

/* Read by espeak-ng in any of its languages: numbers of all sizes, in sentences. */
static const char numbers[] =
    "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10. 11, 12, 13, 14, 15, 16, 17, 18, 19, 20. "
    "21, 32, 43, 54. 65, 76, 87, 98. 100, 200, 300, 400. 1000, 1000000. "
    "2.5, 3.7. 40, 30, 60, 50, 70, 90, 80. 9, 8, 7, 6, 5, 4, 3, 2, 1. 2026";

/**
 * myna_draft_passage_get:
 * @language: code of a language
 *
 * A text with the phones of the language, for espeak-ng to read. Languages without one of their
 * own get numbers, which are words in each.
 *
 * Returns: (transfer none): the text
 */
const char *
myna_draft_passage_get (const char *language)
{
  for (gsize i = 0; i < G_N_ELEMENTS (passages); i++)
    {
      gsize length = strlen (passages[i].language);

      if (g_ascii_strncasecmp (language, passages[i].language, length) == 0 &&
          !g_ascii_isalnum (language[length]))
        return passages[i].text;
    }
  return numbers;
}
