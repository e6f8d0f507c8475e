"""What the public pages say, in English and German."""

from __future__ import annotations

from typing import Literal

WORDS: dict[Literal["en", "de"], dict[str, str]] = {
    "en": {
        "ask": "Unsubscribe from mails by {brand}?",
        "button": "Unsubscribe",
        "done": "You are unsubscribed. {brand} will send you no more mails of this kind.",
        "other_way": "Choose what you get instead",
        "unknown": "This link does not work.",
        "hint": "It may have been cut off. Please open it again from the mail, or answer the mail.",
        "shop": "To {brand}",
        "choose": "What {brand} may send you",
        "mails": "Mails",
        "mails_yes": "Yes, send me mails with offers and news.",
        "mails_no": "No mails with offers and news.",
        "sms": "Text messages",
        "sms_yes": "Yes, send me text messages with offers and news.",
        "sms_no": "No text messages with offers and news.",
        "push": "Messages of the app",
        "push_yes": "Yes, the app may show me offers and news.",
        "push_no": "No offers and news in the app.",
        "phone": "Calls",
        "phone_yes": "Yes, {brand} may call me about offers and news.",
        "phone_no": "No calls about offers and news.",
        "post": "Letters",
        "post_yes": "Yes, send me letters and catalogues.",
        "post_no": "No letters and catalogues.",
        "contact": "Anything at all",
        "contact_yes": "{brand} may contact me as I chose above.",
        "contact_no": "{brand} must not contact me at all, on any channel. This goes before what "
        "I chose above.",
        "mails_stopped": "Earlier mails to your address came back, so none are sent. Please answer "
        "a mail, or write to {brand}, if that is to change.",
        "recording": "Recording of opens and clicks",
        "recording_yes": "Yes, {brand} may record when I open a mail and which of its links I "
        "follow, to send me fewer mails that do not interest me.",
        "recording_no": "No, my opens and clicks are not recorded.",
        "save": "Save",
        "saved": "Saved.",
        "saved_text": "What you chose counts from now on, and you can change it here at any time.",
        "not_known": "We know this mail no longer, so there is nothing to choose here. You can "
        "still unsubscribe.",
        "incomplete": "Please choose one answer for each question; nothing was changed.",
    },
    "de": {
        "ask": "Mails von {brand} abbestellen?",
        "button": "Abbestellen",
        "done": "Sie sind abgemeldet. {brand} schickt Ihnen keine solchen Mails mehr.",
        "other_way": "Lieber auswählen, was Sie bekommen",
        "unknown": "Dieser Link funktioniert nicht.",
        "hint": "Vielleicht wurde er abgeschnitten. Bitte öffnen Sie ihn noch einmal aus der Mail, "
        "oder antworten Sie auf die Mail.",
        "shop": "Zu {brand}",
        "choose": "Was {brand} Ihnen schicken darf",
        "mails": "Mails",
        "mails_yes": "Ja, schicken Sie mir Mails mit Angeboten und Neuigkeiten.",
        "mails_no": "Keine Mails mit Angeboten und Neuigkeiten.",
        "sms": "SMS",
        "sms_yes": "Ja, schicken Sie mir SMS mit Angeboten und Neuigkeiten.",
        "sms_no": "Keine SMS mit Angeboten und Neuigkeiten.",
        "push": "Mitteilungen der App",
        "push_yes": "Ja, die App darf mir Angebote und Neuigkeiten zeigen.",
        "push_no": "Keine Angebote und Neuigkeiten in der App.",
        "phone": "Anrufe",
        "phone_yes": "Ja, {brand} darf mich zu Angeboten und Neuigkeiten anrufen.",
        "phone_no": "Keine Anrufe zu Angeboten und Neuigkeiten.",
        "post": "Briefe",
        "post_yes": "Ja, schicken Sie mir Briefe und Kataloge.",
        "post_no": "Keine Briefe und Kataloge.",
        "contact": "Überhaupt",
        "contact_yes": "{brand} darf mich so ansprechen, wie ich es oben gewählt habe.",
        "contact_no": "{brand} soll mich gar nicht ansprechen, auf keinem Weg. Das geht dem vor, "
        "was ich oben gewählt habe.",
        "mails_stopped": "Frühere Mails an Ihre Adresse kamen zurück, daher wird keine geschickt. "
        "Antworten Sie auf eine Mail oder schreiben Sie {brand}, wenn sich das ändern soll.",
        "recording": "Erfassung von Öffnungen und Klicks",
        "recording_yes": "Ja, {brand} darf erfassen, wann ich eine Mail öffne und welchen ihrer "
        "Links ich folge, um mir weniger Mails zu schicken, die mich nicht interessieren.",
        "recording_no": "Nein, meine Öffnungen und Klicks werden nicht erfasst.",
        "save": "Speichern",
        "saved": "Gespeichert.",
        "saved_text": "Ihre Wahl gilt ab jetzt, und Sie können sie hier jederzeit ändern.",
        "not_known": "Wir kennen diese Mail nicht mehr, daher gibt es hier nichts auszuwählen. "
        "Abbestellen können Sie weiterhin.",
        "incomplete": "Bitte wählen Sie zu jeder Frage eine Antwort; geändert wurde nichts.",
    },
}
