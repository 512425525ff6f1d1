"""A small app that shows, on each layout, every component that its sheet styles."""

from datetime import UTC, datetime

from flask import Flask, g, render_template, request

from bot.web import assets
from bot.web.security import protect
from bot.web.templating import Names, dress

POLISH = {"Back": "Wstecz", "Skip to main content": "Przejdź do treści"}

CONTENT = """
{% from "components.html" import back_link, button, checkboxes, csrf, details, error_summary, input, inset %}
{% from "components.html" import link_button, notification, pagination, radios, select, summary_list, table, tag %}
{% from "components.html" import textarea, warning %}
{% set error = true %}
{% block title %}Every component{% endblock %}
{% block before %}{{ back_link("/public") }}{% endblock %}
{% block content %}
{{ error_summary({"name": "Enter your name", "safe": "Choose yes or no"}) }}
{% if kind == "desk" %}{{ notification("Their words are kept.") }}{% endif %}
<h1 class="govuk-heading-l">Every component</h1>
<form method="post" data-once>
  {{ csrf() }}
  {{ input("name", "Your name", value='"><script>alert(1)</script>', error="Enter your name", hint="As you like to be called") }}
  {{ textarea("words", "What is going well?", value="\\nfirst line kept", rows=3) }}
  {{ radios("safe", "Is it safe to text you?", choices, value="no", error="Choose yes or no", inline=true) }}
  {% if kind == "desk" %}
  {{ checkboxes("share", "Who may we share with?", choices, values=["yes"]) }}
  {{ select("kind", "Kind", choices, value="no") }}
  {% endif %}
  {{ button("Send") }} {{ button("Not now", kind="secondary") }} {{ link_button("Start", "/public") }}
</form>
<p class="govuk-body">{{ tag("Urgent", "red") }} {{ tag("Waiting") }} {{ tag("Closed", "grey") }}</p>
<p class="govuk-body">{{ at | moment }}</p>
{% if kind == "desk" %}
{{ summary_list([{"key": "Name", "value": "Ada", "href": "#name", "action": "Change", "about": "name"}, {"key": "When", "value": at | moment}, {"key": "On", "value": at.date() | day}]) }}
{{ table("Cases this week", ["Kind", "How many"], [["Referral", 3], ["Escalation", 2]], numeric=[1], first_is_header=true) }}
{{ pagination("/desk?page=1", "/desk?page=3") }}
{% endif %}
{{ warning("Somebody else may read this telephone.") }}
{% call inset() %}Their own words{% endcall %}
{% call details("Why this was raised") %}They wrote "help".{% endcall %}
{% endblock %}
"""  # noqa: E501  # templates, not code


def every_component() -> Flask:
    app = Flask("bot.web", static_folder=None)
    app.register_blueprint(assets.blueprint(assets.load()))
    dress(
        app, names=Names(service="Thrive In Touch", council="A Council", phase="Pilot"), catalogs=lambda: {"pl": POLISH}
    )
    protect(app, secret_key="k" * 32, secure=False)
    layouts = {"public": "layout.html", "desk": "desk/layout.html"}
    # What the desk's layout itself links to.
    app.add_url_rule("/desk/account", endpoint="desk.account", view_func=lambda: "")

    @app.route("/<kind>", methods=["GET", "POST"])
    def page(kind: str) -> str:
        g.language = request.args.get("language", "en")
        text = f'{{% extends "{layouts[kind]}" %}}{CONTENT}'
        return render_template(
            app.jinja_env.from_string(text),
            kind=kind,
            choices=[{"value": "yes", "label": "Yes", "hint": "At any time"}, {"value": "no", "label": "No"}],
            at=datetime(2026, 11, 23, 10, tzinfo=UTC),
            user={"name": "Sam"},
            section="inbox",
            alert="Nobody was reached about an urgent case." if kind == "desk" else "",
        )

    return app
