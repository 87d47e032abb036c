"""The invented texts of a season."""

from __future__ import annotations

from collections.abc import Mapping

#: Titles for each theme, put after the type ("Café des parents : …").
TOPICS: Mapping[str, tuple[str, ...]] = {
    "acces-aux-droits": (
        "demander une bourse en ligne",
        "inscrire son enfant à la cantine",
        "les démarches de l'orientation",
        "le pass Culture, comment ça marche",
        "affectation après la troisième : les étapes en ligne",
    ),
    "cyberharcelement": (
        "repérer le cyberharcèlement",
        "moqueries en ligne : que faire ?",
        "le 3018 et les autres recours",
        "en parler avec son enfant",
    ),
    "educonnect": ("ouvrir son compte Educonnect", "Educonnect sur son téléphone", "mot de passe perdu : s'en sortir"),
    "ent-pronote": (
        "découvrir l'ENT de la rentrée",
        "Pronote sur téléphone",
        "suivre devoirs et absences",
        "écrire aux enseignants par l'ENT",
        "premiers pas sur Pronote",
    ),
    "jeux-video": (
        "et si on jouait avec eux ?",
        "les vacances sans crise de manette",
        "PEGI : choisir un jeu",
        "achats dans les jeux : fixer des règles",
    ),
    "prise-en-main-equipements": (
        "la tablette du collège à la maison",
        "l'ordinateur prêté par la Région",
        "scanner et envoyer un document",
        "installer ce qu'il faut pour l'école",
    ),
    "reseaux-sociaux-donnees": (
        "régler la confidentialité ensemble",
        "photos des enfants : partager ou pas",
        "les réseaux sociaux au collège",
        "nos données personnelles",
    ),
    "temps-ecran": (
        "moins d'écran, sans dispute",
        "le contrôle parental pas à pas",
        "les écrans avant six ans",
        "dormir sans téléphone",
    ),
    "autre-numerique-scolaire": (
        "réviser avec le numérique",
        "les manuels numériques",
        "le numérique à l'école primaire",
    ),
    "autre-parentalite-numerique": (
        "vrai ou faux sur internet",
        "l'intelligence artificielle et les devoirs",
        "idées reçues sur le numérique",
    ),
}

#: Weight of each theme in an ordinary month, and factors for the months (1 to 12) in which it is popular.
THEME_WEIGHTS: Mapping[str, tuple[float, Mapping[int, float]]] = {
    "acces-aux-droits": (1.0, {4: 2.5, 5: 5.0, 6: 4.0, 9: 1.5}),
    "cyberharcelement": (0.8, {11: 4.0}),
    "educonnect": (0.9, {9: 3.0, 10: 2.0}),
    "ent-pronote": (1.2, {9: 6.0, 10: 3.0}),
    "jeux-video": (0.7, {6: 2.5, 7: 4.0, 10: 1.5, 12: 4.0, 2: 1.5}),
    "prise-en-main-equipements": (0.8, {9: 2.5, 10: 2.5, 11: 1.5}),
    "reseaux-sociaux-donnees": (1.0, {2: 3.0, 3: 1.5}),
    "temps-ecran": (1.2, {1: 2.5, 3: 2.0, 8: 2.0}),
    "autre-numerique-scolaire": (0.3, {}),
    "autre-parentalite-numerique": (0.3, {}),
}

TYPE_LABELS: Mapping[str, str] = {
    "atelier-parents": "Atelier",
    "atelier-parents-enfants": "En famille",
    "cafe-des-parents": "Café des parents",
    "seminaire": "Rencontre",
    "formation-mediateurs": "Formation",
}

WHAT_WE_DO: Mapping[str, str] = {
    "atelier-parents": "Chacun pratique sur son téléphone ou sur le matériel prêté.",
    "atelier-parents-enfants": "Parents et enfants essaient ensemble, à leur rythme.",
    "cafe-des-parents": "Un moment pour échanger autour d'un café, sans jugement.",
    "seminaire": "Des intervenants présentent, puis la salle pose ses questions.",
    "formation-mediateurs": "Pour les personnes qui animeront des ateliers cette année.",
}

INVITATIONS = (
    "Entrée libre, inscription conseillée.",
    "Aucune connaissance n'est nécessaire.",
    "Une garde des petits est proposée sur place.",
    "Venez avec vos questions et, si possible, vos identifiants.",
    "Un temps individuel est possible à la fin.",
)

ADDITIONS = (
    "Du matériel sera prêté sur place.",
    "Un interprète sera présent.",
    "Prévoir une carte d'identité pour créer un compte.",
    "La séance reprend depuis le début pour les nouveaux.",
    "Un enseignant de l'école se joindra à nous.",
)

REFUSALS = (
    "La description ne dit pas ce que les parents feront : merci de la compléter.",
    "Le titre ne dit pas à qui l'animation s'adresse.",
    "Le lieu n'est pas assez précis pour que les parents le trouvent.",
    "Le thème choisi ne correspond pas à la description.",
)
CANCELLATIONS = (
    "Trop peu d'inscriptions.",
    "La salle n'est plus disponible.",
    "L'animatrice est souffrante.",
    "Reportée à une autre période avec l'école.",
    "Accès fermé par l'alerte météo.",
)
ATTESTATION_CORRECTIONS = (
    "Deux familles arrivées en retard n'étaient pas comptées.",
    "Erreur de saisie.",
    "Recompté sur la feuille d'émargement.",
    "Un parent compté deux fois.",
)
NEEDS = (
    "Mots de passe oubliés surtout.",
    "Se repérer dans les messages de l'école.",
    "Poser des limites aux écrans.",
    "Les démarches de bourse.",
    "Savoir à qui signaler.",
    "Un accompagnement individuel.",
)
NEXT_TIMES = (
    "Prévoir deux séances plus courtes.",
    "À refaire en fin de journée.",
    "Plus de matériel prêté.",
    "Inviter aussi les enseignants.",
    "Même format, il a plu.",
    "Mieux annoncer à la sortie de l'école.",
)
AMENDMENTS_OF_RATE = (10, 20, 25, 40)
TERMINATIONS = ("La structure cesse son activité de médiation.", "Fin anticipée d'un commun accord.")
PIECES = (
    ("Liste d'émargement signée", "Facture"),
    ("Liste d'émargement signée", "Facture", "RIB"),
    ("Liste d'émargement signée", "État récapitulatif"),
    (),
)

FIRST_NAMES = (
    "Nadia",
    "Julien",
    "Samira",
    "Thomas",
    "Élodie",
    "Karim",
    "Sophie",
    "Mamadou",
    "Céline",
    "Antoine",
    "Fatou",
    "Nicolas",
    "Aurélie",
    "Mehdi",
    "Claire",
    "David",
    "Leïla",
    "Vincent",
    "Sandrine",
    "Yannick",
    "Inès",
    "Olivier",
    "Émilie",
    "Rachid",
    "Delphine",
    "Bruno",
    "Aïcha",
    "Pascal",
    "Mélanie",
    "Hugo",
)
#: Combined at random; no real family is meant.
SURNAME_BEGINNINGS = (
    "Marvo",
    "Delpra",
    "Roussi",
    "Tambe",
    "Corvi",
    "Ballan",
    "Fenouil",
    "Grimau",
    "Lourma",
    "Pelvé",
    "Sarda",
    "Vautri",
)
SURNAME_ENDINGS = ("lin", "dour", "nac", "tier", "blanc", "mond", "vel", "sson", "rat", "ville", "guet", "zan")
MOTIVATIONS = (
    "J'ai appris seule à me servir de l'ENT et j'aimerais éviter cette peine aux autres.",
    "Dans mon immeuble, on me demande déjà de l'aide pour Pronote.",
    "Je parle deux langues et peux relayer les informations de l'école.",
    "J'ai du temps le mercredi pour accompagner des familles.",
    "Je voudrais animer des cafés sur les écrans.",
)
OPINIONS = (
    "Parent connu et apprécié de l'équipe.",
    "Très présente aux réunions.",
    "Je ne connais pas assez ce parent.",
)
CANDIDATURE_REJECTIONS = ("La scolarité de l'enfant dans l'école se termine.", "L'école a déjà assez de volontaires.")
WITHDRAWALS = ("Je reprends un travail à plein temps.", "Nous déménageons.", None)
