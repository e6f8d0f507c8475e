"""What people are called who bear a name: short forms, German and English and the best known of
other languages spoken in Europe, folded as names are.

A short form of two names stands with both: Alex is Alexander or Alexandra.
"""

from __future__ import annotations

_FORMS = """
aaron ron ronnie
abigail abby gail
adalbert bert adi
adam ad
adelheid heidi adele
adrian adi
agnes agi nessi
albert al bert berti albrecht
alexander alex sascha lex xander sandro sandy alec
alexandra alex sandra sandy lexi alexa
alfred fred fredi alf
alice ali lissi
alois loisl luis
amanda mandy
amelie amy ameli
andreas andi andy andre
andrew andy drew
andrea andi andy
angela angie geli angelika gela
anna anni anne annie anja anke annika aenne anneliese ann
annette netti anne nette
anthony tony anton toni antonio
antonia toni tonia
astrid asti
august gustl
barbara babsi barbel babs barb
beatrice bea trixi beate
benedikt ben bene
benjamin ben benny benni
bernhard bernd bert berni bernie
bernadette bernie detta
birgit biggi gitti brigitte britta gitte
brigitte gitti gitta britta birgit biggi
carl karl kalle charlie carlo carsten
carolin caro caroline carolina karoline line
cassandra cassie
catherine cathy kate katie cat kathy
cecilia cilli celia
charles charlie chuck chas charly
charlotte lotte charlie lotti lotta
christa christl krista
christian chris christi kris
christine chris tina christl christina kristin kristina kirsten christiane
christopher chris kit christoph stoffel topher
clara klara
clemens klemens
constanze conny stanzi
cornelia conny nele corny nelly neli
cornelius conny
daniel dan danny dani
daniela dani
david dave davy
deborah debbie deb
dietmar didi
dieter didi
dietrich dieter
dominik domi nick nik dominic
donald don donny
dorothea doro thea dorothee dora dorle
eberhard eber hardi
edeltraud traudl
edith edi
eduard edi edward
edward ed eddie ted ned teddy
eleonore lore elli nora leonore
elfriede friedel elfi friedl
elisabeth lisa elli sissi lilo elisa elise lisbeth liesl lisl lizzy liz beth betty else elsa betti
elizabeth liz beth betty lizzie eliza lisa elisabeth
emily emmy emilie emi
emma emmi
erich eric erik
ernst erni
eugen gene
eva evi
evelyn evi eve
felicitas feli fee
felix lix
ferdinand ferdi
florian flo flori
frances fran franny
francis frank fran
franz franzl franziskus
franziska franzi ziska fanny
friederike rike friedel
friedrich fritz fred friedl fredi frieder
gabriele gabi gaby gabriela
georg schorsch jorg jurgen george schorschi
george georgie
gerald gerry jerry
gerda gerdi
gerhard gerd gert hardi
gertrud trude gerti traudl trudi
gisela gisi gila
gottfried friedl
gregor greg
gregory greg
gudrun gudi
gunther gunter
hannelore hanne lore hanni
hans hansi johannes hannes
harald harry
harold harry hal
heinrich heinz heiner heini henri hein
helena lena leni helene lene hella
helmut helmi hellmut helle
henry harry hank hal
herbert herb herbie
hermann manni herman
hilde hildegard hildi
hildegard hilde hildi
hubert hubsi
ignaz naz
ilse ilsa
immanuel manuel
ingeborg inge
ingrid inga
irene irenka reni
irmgard irmi
isabella isa bella isi isabel isabelle
jacqueline jackie
jakob jacob jake jaki
james jim jimmy jamie jay
jana janine
jasmin mina
jeffrey jeff geoffrey geoff
jennifer jenny jen jenni
jessica jessy jess jessie
joachim achim jochen jo
johanna hanna hannah jojo joana hanni jo
johannes hannes jo hans johann jan
john jack johnny jon
jonas joni
jonathan jon john jonny nathan
jorg jörg georg
josef sepp beppo jupp josi joseph pepi joe
josefine josi fine finni josephine
joseph joe joey josef jo
joshua josh
julia jule julchen juli julie
julian jules juli
juliane jule juli
justus just
katharina kathi kathrin nina kati kathe katja katrin kat trine kate kathy
kenneth ken kenny
kimberly kim
klaus claus nikolaus
konrad conny kurt conrad
kristina kris tina
kunigunde kuni
lawrence larry laurie
leonard leo len lenny leonhard
leonie leo leoni
leopold leo poldi
lieselotte lilo liesel lotte
lorenz lenz
ludwig lutz luggi wiggerl
luise lulu isi louise
lukas luki luke luk lucas
madeleine maddie madlen
magdalena leni magda lena madl
manfred manni fred manne
manuel manu
manuela manu ela
margarete grete gretel gretl marga margit gitta margret meta greta margarethe
margaret maggie peggy meg madge margie greta
maria mia marie mitzi mizzi miriam ria mariele
marianne janne nanni
markus marc mark marcus
martha marthe
martin marti
martina tina
mathilda tilda mathilde hilde tilli
matthew matt matty
matthias matze hias matti mathias hiasl mats
maximilian max maxi
melanie melli mel mela
michael michi mike mick mickey michel mischa
michaela michi ela
michelle shelly
monika moni mona monica
moritz mo
nadine nadi
natalia natasha natascha nati natalie tasha
nathaniel nate nathan nat
nicholas nick nicky nicolas
nicole nicki nico nikki
niklas nik nick klaas nico
nikolaus klaus nick niko
norbert bert norbi nobby
oliver olli ollie oli
olivia liv livia
oskar ossi
ottilie otti
pamela pam
patricia pat patty trish tricia patti
patrick pat paddy rick
paul pauli
pauline paula
peter pit pete petzi piet
philipp phil philip lipp
rainer reiner
raimund raimi
rebecca becky becca bekki
regina gina regi regine
reinhard reini hardi
reinhold reini
renate reni nate rena
richard rick dick rich richie ricky
robert rob bob bobby bert robin robbie robi
roland roli
rolf rudolf
ronald ron ronnie
rosemarie rosi romy rose
rosa rosi
rudolf rudi rolf
rudiger rudi
rupert bert rupi
sabine bine sabina
samantha sam sammy
samuel sam sammy
sandra sandy
sarah sara sally
sebastian basti wastl bastian seb
siegfried siggi sigi
sigrid siggi sigi
silvia silvi
simon simi
sophie sofie sophia sofia fia
stefan steff stephan steffen steve stevie
stefanie steffi stephanie steff
stephen steve stephan steven
susanne susi sanne suse susan susanna sanna
susan sue susie suzy
sven svenni
svenja svenni
tamara tami mara
tatjana tanja tati
tanja tani
theodor theo teddy
theresa resi therese theres tess terri thea tessa
thomas tom tommy tomi
timothy tim timmy
tobias tobi
torsten thorsten toto
ulrich uli ulli
ulrike uli ulli rike
ursula uschi ulla uli ursel
ute uta
valentin vali
valentina tina
vanessa nessi
verena vreni
veronika vroni vera nika
victoria vicky tori vicki viktoria
viktor vic
vinzenz vinz
walter walt wally
waltraud traudl traudi
werner wern
wilhelm willi willy wim helm
wilhelmine mina minna
william will bill billy willy liam
winfried winni
wolfgang wolf wolfi
yvonne evi
zachary zach zack
abdullah apo
agnieszka aga
aleksander olek
aleksandr sasha shura
aleksandra ola
alexei alyosha lyosha
anastasia nastya
andrzej jedrek
bartlomiej bartek
bartosz bartek
caterina cate
cornelis kees
dimitri dima mitya
dmitri dima mitya
domenico mimmo
eduardo edu
ekaterina katya
elisabetta betta
enrique quique
ferenc feri
filippo pippo
francesco checco cesco
francisco paco pancho curro
frantisek franta
giovanni gianni
giovanna gianna
giuseppe beppe peppe
grzegorz grzesiek
guadalupe lupe
guillermo memo
hendrik henk
henryk heniek
ibrahim ibo
ignacio nacho
irina ira
istvan pista
ivan vanya
jacobus jaap koos
jakub kuba
jerzy jurek
jiri jirka
joanna asia
jose pepe
jozef jozek
katarzyna kasia
krystyna krysia
krzysztof krzysiek krzys
lars lasse
laszlo laci
lorenzo renzo
luigi gigi
maciej maciek
malgorzata gosia malgosia
manuel manolo
maria masha
mateusz mati
mehmet memo
mercedes merche
mikhail misha
mustafa musti
natalia natasha natascha
nikolai kolya
nils nisse
olga olya
pavel pasha
petrus piet
pilar pili
piotr piotrek
raffaele lele
rosario charo
salvatore toto
santiago santi
sergei seryozha
slawomir slawek
stanislaw staszek
suleyman sulo
svetlana sveta
tadeusz tadek
tatiana tanya
tomasz tomek
vaclav vasek
vincenzo enzo
vladimir vova volodya
willem wim
wojciech wojtek
yuri yura
zbigniew zbyszek
zofia zosia
"""


def pairs() -> list[tuple[str, str]]:
    """(form, name), a name being a form of itself; forms folded by ``folded``."""
    found = {
        (folded(form), folded(line.split()[0]))
        for line in _FORMS.split("\n")
        if line
        for form in line.split()
    }
    return sorted(found)


def folded(name: str) -> str:
    """As ``FOLD`` of tools.identity.prepared does in SQL."""
    plain = name.translate(str.maketrans("äöü", "aou")).replace("ß", "ss")
    for spelt, letter in (("ae", "a"), ("oe", "o"), ("ue", "u")):
        plain = plain.replace(spelt, letter)
    return plain
