"""The people of the demo shop: names of many cultures and scripts, places, and telephone ranges kept for fiction."""

from dataclasses import dataclass

from ingest.demo.chance import deck


@dataclass(frozen=True)
class Culture:
    """Names as they are written, each with its Latin form after "=" where the script is another."""

    weight: int
    country: str  # where those live who do not live in France
    female: str
    male: str
    family: str


@dataclass(frozen=True)
class Country:
    """Streets take a number; towns are "city, state, postal code"; phones are prefix and free digits."""

    streets: str
    towns: str
    phones: tuple[tuple[str, int], ...] = ()


CULTURES = [
    Culture(
        30, "France",
        "Camille Léa Manon Chloé Inès Jeanne Élodie Margaux Anne-Sophie Océane",
        "Lucas Hugo Jean-Pierre Théo Antoine Mathéo Benoît Gaël Étienne Noël",
        "Martin Bernard Dubois Lefèvre Moreau Garnier Faure Rousseau Béranger Chevalier D'Aubigné Le-Goff",
    ),
    Culture(
        9, "United Kingdom",
        "Olivia Amelia Isla Emily Grace Harriet Poppy Siân",
        "Oliver George Harry Alfie Rhys Callum Edward Finlay",
        "Smith Jones O'Brien Taylor Evans MacLeod Walker Hughes Ashworth Pemberton",
    ),
    Culture(
        8, "Germany",
        "Greta Käthe Lena Mia Franziska Heike Ute Annelie",
        "Jürgen Björn Lukas Maximilian Uwe Karsten Sören Matthias",
        "Müller Schmidt Weiß Groß Schäfer Köhler Jäger Vogt Brückner Öztürk",
    ),
    Culture(
        7, "Spain",
        "Lucía María-José Begoña Núria Carmen Ainhoa Inmaculada Íngrid",
        "Ángel Íñigo Javier Raúl Jesús Andrés Pablo Xoán",
        "García Núñez Ibáñez Muñoz Etxeberria Peña Castaño Vázquez Ortega Güell",
    ),
    Culture(
        7, "Italy",
        "Giulia Chiara Niccolina Francesca Noemi Beatrice Alessia Zoè",
        "Niccolò Matteo Giosuè Lorenzo Davide Federico Salvatore Elia",
        "Rossi Russo D'Amico Esposito Bianchi Colombo Ricci Marino Dell'Acqua Fontana",
    ),
    Culture(
        5, "Poland",
        "Małgorzata Agnieszka Zofia Łucja Hanna Wiesława Bożena Kinga",
        "Łukasz Paweł Stanisław Michał Wojciech Grzegorz Zbigniew Jędrzej",
        "Nowak Wójcik Kamińska Zieliński Szczepański Dąbrowska Łuczak Ślusarczyk Brzęczyszczykiewicz Mazur",
    ),
    Culture(
        5, "Ghana",
        "Abena Akosua Adwoa Efua Yaa Esi Ama Afia",
        "Kwame Kofi Kwabena Yaw Kojo Ekow Nii Kwaku",
        "Mensah Owusu Boateng Asante Nkrumah Amoako Agyeman Tetteh Ofori Quaye",
    ),
    Culture(
        4, "Greece",
        "Ελένη=Eleni Μαρία=Maria Κατερίνα=Katerina Σοφία=Sofia Δήμητρα=Dimitra Αγγελική=Angeliki",
        "Γιώργος=Giorgos Νίκος=Nikos Κωνσταντίνος=Konstantinos Δημήτρης=Dimitris Αλέξανδρος=Alexandros Σπύρος=Spyros",
        "Παπαδόπουλος=Papadopoulos Γεωργίου=Georgiou Οικονόμου=Oikonomou Νικολαΐδης=Nikolaidis Βλάχος=Vlachos"
        " Ζαχαρίας=Zacharias",
    ),
    Culture(
        5, "Ukraine",
        "Олена=Olena Наталія=Nataliia Ірина=Iryna Оксана=Oksana Світлана=Svitlana Дар'я=Daria",
        "Олександр=Oleksandr Андрій=Andrii Максим=Maksym Юрій=Yurii Сергій=Serhii Володимир=Volodymyr",
        "Шевченко=Shevchenko Коваленко=Kovalenko Бондаренко=Bondarenko Кравчук=Kravchuk Лисенко=Lysenko"
        " Гриценко=Hrytsenko",
    ),
    Culture(
        6, "Morocco",
        "فاطمة=Fatima مريم=Maryam خديجة=Khadija ليلى=Layla سلمى=Salma نور=Nour",
        "محمد=Mohamed يوسف=Youssef عمر=Omar كريم=Karim طارق=Tariq حمزة=Hamza",
        "العلوي=Alaoui بناني=Bennani التازي=Tazi حداد=Haddad المنصوري=Mansouri شرقاوي=Cherkaoui",
    ),
    Culture(
        3, "Israel",
        "נועה=Noa תמר=Tamar יעל=Yael מיכל=Michal שירה=Shira",
        "דוד=David יונתן=Yonatan איתי=Itai משה=Moshe אורי=Uri",
        "כהן=Cohen לוי=Levi מזרחי=Mizrahi פרץ=Peretz ביטון=Biton",
    ),
    Culture(
        4, "Taiwan",
        "美玲=Meiling 淑芬=Shufen 雅婷=Yating 怡君=Yijun 佳穎=Jiaying",
        "志明=Zhiming 俊傑=Junjie 建宏=Jianhong 家豪=Jiahao 冠宇=Guanyu",
        "陳=Chen 林=Lin 黃=Huang 張=Zhang 李=Li 王=Wang",
    ),
    Culture(
        3, "Japan",
        "さくら=Sakura 陽菜=Hina 美咲=Misaki ゆい=Yui 花子=Hanako",
        "太郎=Taro 健=Ken 翔太=Shota 大輔=Daisuke 蓮=Ren",
        "佐藤=Sato 鈴木=Suzuki 高橋=Takahashi 渡辺=Watanabe 山本=Yamamoto 中村=Nakamura",
    ),
    Culture(
        3, "India",
        "प्रिया=Priya अनन्या=Ananya दीपिका=Deepika कविता=Kavita",
        "राहुल=Rahul अर्जुन=Arjun विक्रम=Vikram संजय=Sanjay",
        "शर्मा=Sharma वर्मा=Verma सिंह=Singh गुप्ता=Gupta पटेल=Patel",
    ),
    Culture(
        3, "United States",
        "Madison Ashley Shaniqua Brooklyn Guadalupe Kiara",
        "Tyler Jamal Brandon Mason DeShawn Logan",
        "Johnson Williams Washington Nguyen Hernandez Anderson Begay McCoy",
    ),
    Culture(
        2, "Australia",
        "Matilda Kylie Ruby Imogen",
        "Lachlan Bruce Angus Darcy",
        "Kelly Wilson Murphy Campbell Tran",
    ),
]  # fmt: skip

FRANCE = "France"
LIVES_IN_FRANCE = 0.72
COUNTRIES = {
    "France": Country(
        "{} rue de la République; {} avenue Jean-Jaurès; {} place du Marché; {} boulevard Voltaire;"
        " {} impasse des Lilas",
        "Paris, Île-de-France, 75004; Lyon, Auvergne-Rhône-Alpes, 69004; Lille, Hauts-de-France, 59800; Marseille,"
        " Provence-Alpes-Côte d'Azur, 13002; Nantes, Pays de la Loire, 44000; Strasbourg, Grand Est, 67000; Toulouse,"
        " Occitanie, 31000; Villeurbanne, Auvergne-Rhône-Alpes, 69100; Montreuil, Île-de-France, 93100; Roubaix,"
        " Hauts-de-France, 59100",
        # Arcep, decision 2022-1583; the mobile range is not valid for the library
        (("+3319900", 4), ("+3326191", 4), ("+3335301", 4), ("+3346571", 4), ("+3353649", 4)),
    ),
    "United Kingdom": Country(
        "{} High Street; {} Station Road; {} Church Lane; Flat 2, {} Mill Hill",
        "London, Greater London, N1 9GU; Bristol, Avon, BS1 4DJ; Leeds, West Yorkshire, LS1 4DY;"
        " Cardiff, Wales, CF10 1EP",
        # Ofcom, numbers for use in TV and radio drama programmes
        tuple((f"+44{area}", 3) for area in (
            "2079460", "1134960", "1144960", "1164960", "1174960", "1184960", "1214960", "1314960", "1414960",
            "1514960", "1614960", "2920180", "2896496",
        )),
    ),
    "Germany": Country(
        "Hauptstraße {}; Gartenweg {}; Am Markt {}",
        "Berlin, Berlin, 10115; Köln, Nordrhein-Westfalen, 50667; München, Bayern, 80331",
        (("+493023125", 3),),  # Bundesnetzagentur, Rufnummern für Medienproduktionen
    ),
    "Spain": Country(
        "Calle Mayor {}; Plaça del Sol {}",
        "Madrid, Comunidad de Madrid, 28013; Barcelona, Catalunya, 08002; A Coruña, Galicia, 15001",
    ),
    "Italy": Country(
        "Via Roma {}; Corso Garibaldi {}", "Torino, Piemonte, 10121; Napoli, Campania, 80132; Roma, Lazio, 00184"
    ),
    "Poland": Country("ul. Długa {}; ul. Świętojańska {}", "Łódź, łódzkie, 90-001; Kraków, małopolskie, 31-042"),
    "Ghana": Country("{} Oxford Street; {} Ring Road", "Accra, Greater Accra, GA-184; Kumasi, Ashanti, AK-039"),
    "Greece": Country("Ερμού {}; Αθηνάς {}", "Αθήνα, Αττική, 105 63; Θεσσαλονίκη, Μακεδονία, 546 24"),
    "Ukraine": Country("вул. Хрещатик, {}; вул. Франка, {}", "Київ, Київ, 01001; Львів, Львівська область, 79000"),
    "Morocco": Country(
        "{} rue de Fès; {} avenue Hassan II", "Casablanca, Casablanca-Settat, 20000; Rabat, Rabat-Salé, 10000"
    ),
    "Israel": Country("הרצל {}; דיזנגוף {}", "תל אביב, תל אביב, 6331101; חיפה, חיפה, 3303101"),
    "Taiwan": Country("中山路{}號; 民生路{}號", "臺北市, 臺北市, 106; 臺南市, 臺南市, 700"),
    "Japan": Country("銀座{}丁目; 本町{}番地", "中央区, 東京都, 104-0061; 大阪市, 大阪府, 541-0053"),
    "India": Country("{} MG Road; {} Park Street", "Mumbai, Maharashtra, 400001; Pondicherry, Puducherry, 605001"),
    "United States": Country(
        "{} Main Street; {} Maple Avenue, Apt 4",
        "New York, NY, 10001; Chicago, IL, 60601; Portland, OR, 97201",
        # North American Numbering Plan: 555-0100 to 555-0199 of every area
        tuple((f"+1{area}55501", 2) for area in (
            202, 212, 213, 303, 305, 312, 404, 415, 503, 512, 602, 617, 702, 713, 718, 773, 801, 808, 816, 901,
        )),
    ),
    "Australia": Country(
        "{} George Street; {} Beach Road",
        "Melbourne, VIC, 3000; Hobart, TAS, 7000",
        # ACMA, phone numbers for use in TV shows, films and creative works
        tuple((f"+61{area}{block}", 4) for area in (2, 3, 7, 8) for block in (5550, 7010)),
    ),
}  # fmt: skip

COMPANIES = ["{} & Fils", "Épicerie {}", "Café {}", "Hôtel {}", "{} Traiteur", "Maison {}", "Restaurant {}", "{} GmbH"]
CULTURE_CARDS = deck([culture.weight for culture in CULTURES])


def written(names: str) -> list[tuple[str, str]]:
    """Pairs of a name as it is written and in Latin letters."""
    pairs = [name.partition("=") for name in names.split()]
    return [(name, latin or name) for name, _, latin in pairs]


def phone(country: str, index: int) -> str | None:
    """A telephone number that only fiction uses, another for every index; None where the ranges are used up."""
    for prefix, digits in COUNTRIES[country].phones:
        size = 10**digits
        if index < size:
            scattered = (index * 7 + size // 3) % size  # 7 has no factor in common with a power of ten
            return f"{prefix}{scattered:0{digits}d}"
        index -= size
    return None
