#include "tests/sandbox/names.hpp"

namespace idferry::sandbox {
namespace {

constexpr spelled_name given[] = {
    {"Anna", "anna"}, {"Jürgen", "juergen"}, {"Zoë", "zoe"}, {"Łukasz", "lukasz"}, {"Søren", "soeren"},
    {"Björn", "bjoern"}, {"Käthe", "kaethe"}, {"Françoise", "francoise"}, {"José", "jose"}, {"Siobhán", "siobhan"},
    {"Müge", "muege"}, {"Çağla", "cagla"}, {"Şükrü", "suekrue"}, {"Ingrid", "ingrid"}, {"Ömer", "oemer"},
    {"Thomas", "thomas"}, {"Sabine", "sabine"}, {"Michael", "michael"}, {"Claudia", "claudia"}, {"Stefan", "stefan"},
    {"Petra", "petra"}, {"Andreas", "andreas"}, {"Monika", "monika"}, {"Matthias", "matthias"}, {"Birgit", "birgit"},
    {"Wolfgang", "wolfgang"}, {"Heike", "heike"}, {"Günther", "guenther"}, {"Renate", "renate"}, {"Jörg", "joerg"},
    {"Svenja", "svenja"}, {"Tobias", "tobias"}, {"Lena", "lena"}, {"Maximilian", "maximilian"}, {"Leonie", "leonie"},
    {"Felix", "felix"}, {"Marie", "marie"}, {"Paul", "paul"}, {"Emilia", "emilia"}, {"Jonas", "jonas"},
    {"Mia", "mia"}, {"Noah", "noah"}, {"Hannah", "hannah"}, {"Elias", "elias"}, {"Greta", "greta"},
    {"Karl-Heinz", "karl-heinz"}, {"Anne-Sophie", "anne-sophie"}, {"Jean-Luc", "jean-luc"}, {"Eva Maria", "eva.maria"},
    {"Aylin", "aylin"}, {"Mehmet", "mehmet"}, {"Fatma", "fatma"}, {"Emre", "emre"}, {"Agnieszka", "agnieszka"},
    {"Paweł", "pawel"}, {"Małgorzata", "malgorzata"}, {"Jiří", "jiri"}, {"Zdeněk", "zdenek"}, {"Markéta", "marketa"},
    {"Ádám", "adam"}, {"Zsófia", "zsofia"}, {"Ștefan", "stefan"}, {"Ioana", "ioana"}, {"Đorđe", "djordje"},
    {"Željka", "zeljka"}, {"Matej", "matej"}, {"Olga", "olga"}, {"Мария", "maria"}, {"Дмитрий", "dmitrij"},
    {"Γιώργος", "giorgos"}, {"Ελένη", "eleni"}, {"Giulia", "giulia"}, {"Niccolò", "niccolo"}, {"Chiara", "chiara"},
    {"Inés", "ines"}, {"Álvaro", "alvaro"}, {"Lucía", "lucia"}, {"João", "joao"}, {"Conceição", "conceicao"},
    {"Amélie", "amelie"}, {"Loïc", "loic"}, {"Maëlle", "maelle"}, {"Gwenaël", "gwenael"}, {"Åsa", "asa"},
    {"Håkan", "hakan"}, {"Märta", "maerta"}, {"Jukka", "jukka"}, {"Päivi", "paeivi"}, {"Tõnu", "tonu"},
    {"Kristīne", "kristine"}, {"Žydrūnas", "zydrunas"}, {"Sigríður", "sigridur"}, {"Þór", "thor"}, {"Aoife", "aoife"},
    {"Rhys", "rhys"}, {"Priya", "priya"}, {"Arjun", "arjun"}, {"Thị Lan", "thi.lan"}, {"Minh", "minh"},
    {"小明", "xiaoming"}, {"Yūki", "yuki"}, {"Haruto", "haruto"}, {"지은", "jieun"}, {"Omar", "omar"},
    {"Leïla", "leila"}, {"Yusuf", "yusuf"}, {"Amina", "amina"}, {"Kwame", "kwame"}, {"Chidi", "chidi"},
};

constexpr spelled_name family[] = {
    {"Müller", "mueller"}, {"Schmidt", "schmidt"}, {"Schneider", "schneider"}, {"Fischer", "fischer"},
    {"Weber", "weber"}, {"Meyer", "meyer"}, {"Wagner", "wagner"}, {"Becker", "becker"}, {"Schulz", "schulz"},
    {"Hoffmann", "hoffmann"}, {"Schäfer", "schaefer"}, {"Koch", "koch"}, {"Bauer", "bauer"}, {"Richter", "richter"},
    {"Klein", "klein"}, {"Wolf", "wolf"}, {"Schröder", "schroeder"}, {"Neumann", "neumann"}, {"Schwarz", "schwarz"},
    {"Zimmermann", "zimmermann"}, {"Braun", "braun"}, {"Krüger", "krueger"}, {"Hofmann", "hofmann"},
    {"Hartmann", "hartmann"}, {"Lange", "lange"}, {"Weiß", "weiss"}, {"Groß", "gross"}, {"Strauß", "strauss"},
    {"Jäger", "jaeger"}, {"Köhler", "koehler"}, {"König", "koenig"}, {"Böhm", "boehm"}, {"Lüdenscheidt", "luedenscheidt"},
    {"Großkopf-Überall", "grosskopf-ueberall"}, {"von der Heide", "vonderheide"}, {"zu Guttenfels", "zuguttenfels"},
    {"van den Berg", "vandenberg"}, {"de Vries", "devries"}, {"O'Brien", "o'brien"}, {"O'Connor", "o'connor"},
    {"D'Angelo", "d'angelo"}, {"MacLeod", "macleod"}, {"Smith", "smith"}, {"Johnson", "johnson"}, {"Taylor", "taylor"},
    {"García", "garcia"}, {"Fernández", "fernandez"}, {"Núñez", "nunez"}, {"Gonçalves", "goncalves"},
    {"Magalhães", "magalhaes"}, {"Lefèvre", "lefevre"}, {"Dubois", "dubois"}, {"Saint-Étienne", "saint-etienne"},
    {"Rossi", "rossi"}, {"Esposito", "esposito"}, {"Kowalski", "kowalski"}, {"Wiśniewska", "wisniewska"},
    {"Wójcik", "wojcik"}, {"Żółć", "zolc"}, {"Novák", "novak"}, {"Dvořáková", "dvorakova"}, {"Horváth", "horvath"},
    {"Szűcs", "szucs"}, {"Popescu", "popescu"}, {"Țurcanu", "turcanu"}, {"Jovanović", "jovanovic"},
    {"Kovačević", "kovacevic"}, {"Иванова", "ivanova"}, {"Щербаков", "shcherbakov"}, {"Παπαδόπουλος", "papadopoulos"},
    {"Yılmaz", "yilmaz"}, {"Öztürk", "oeztuerk"}, {"Şahin", "sahin"}, {"Demir", "demir"}, {"Lindström", "lindstroem"},
    {"Åkesson", "akesson"}, {"Sørensen", "soerensen"}, {"Østergård", "oestergaard"}, {"Hämäläinen", "haemaelaeinen"},
    {"Tamm", "tamm"}, {"Bērziņš", "berzins"}, {"Kazlauskas", "kazlauskas"}, {"Guðmundsdóttir", "gudmundsdottir"},
    {"Nguyễn", "nguyen"}, {"Trần", "tran"}, {"王", "wang"}, {"佐藤", "sato"}, {"김", "kim"}, {"Sharma", "sharma"},
    {"Patel", "patel"}, {"Al-Sayed", "al-sayed"}, {"El Amrani", "elamrani"}, {"Haddad", "haddad"}, {"Mensah", "mensah"},
    {"Okonkwo", "okonkwo"}, {"Brandt", "brandt"}, {"Vogt", "vogt"}, {"Keller", "keller"}, {"Sommer", "sommer"},
    {"Winter", "winter"}, {"Berger", "berger"}, {"Frank", "frank"}, {"Lorenz", "lorenz"}, {"Seidel", "seidel"},
    {"Haas", "haas"}, {"Busch", "busch"}, {"Kuhn", "kuhn"}, {"Thiele", "thiele"}, {"Engel", "engel"},
};

constexpr std::string_view sales_titles[] = {"Account Executive", "Vertriebsbeauftragte/r", "Key Account Manager",
                                             "Inside Sales Representative", "Gebietsleitung"};
constexpr std::string_view marketing_titles[] = {"Marketing Manager", "Content Creator", "Eventmanagement",
                                                 "Brand Designer"};
constexpr std::string_view success_titles[] = {"Customer Success Manager", "Support Engineer", "Kundenbetreuung"};
constexpr std::string_view engineering_titles[] = {"Software Engineer", "Senior Software Engineer", "DevOps Engineer",
                                                   "Konstrukteur/in", "Testingenieur/in"};
constexpr std::string_view finance_titles[] = {"Controller", "Buchhaltung", "Accountant"};
constexpr std::string_view people_titles[] = {"HR Business Partner", "Recruiter", "Personalreferent/in"};
constexpr std::string_view it_titles[] = {"Systemadministrator/in", "IT Support", "Security Officer"};
constexpr std::string_view other_titles[] = {"Sachbearbeitung", "Specialist", "Teamassistenz", "Manager"};

constexpr department_words department_table[] = {
    {"Sales", 26, sales_titles},        {"Marketing", 9, marketing_titles},
    {"Customer Success", 12, success_titles}, {"Engineering", 28, engineering_titles},
    {"Finance", 6, finance_titles},     {"People & Culture", 5, people_titles},
    {"IT", 6, it_titles},               {"Legal", 2, other_titles},
    {"Operations", 8, other_titles},    {"Logistics", 8, other_titles},
    {"Purchasing", 3, other_titles},    {"Quality", 4, other_titles},
    {"Product", 5, other_titles},
};

constexpr std::string_view city_table[] = {"Hamburg", "München", "Köln", "Düsseldorf", "Leipzig", "Wien",
                                           "Zürich", "Brüssel", "Lille", "Århus", "Kraków", "Malmö"};
constexpr std::string_view project_table[] = {"Messe Köln", "Trade Fair", "Leuchtturm", "Website Relaunch", "Kundenbeirat",
                                              "Nachhaltigkeit", "First Aid", "Onboarding Buddies", "ERP Rollout", "Betriebsrat"};
constexpr std::string_view locale_table[] = {"de-DE", "de-DE", "de-DE", "de-AT", "de-CH", "en-GB",
                                             "en-US", "fr-FR", "fr-BE", "nl-BE", "pl-PL", "es-ES"};

} // namespace

std::span<const spelled_name> given_names() { return given; }
std::span<const spelled_name> family_names() { return family; }
std::span<const department_words> departments() { return department_table; }
std::span<const std::string_view> cities() { return city_table; }
std::span<const std::string_view> project_names() { return project_table; }
std::span<const std::string_view> locales() { return locale_table; }

} // namespace idferry::sandbox
