using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Tests.Releases;

namespace Progeny.Core.Tests.Manifests;

public sealed class ViewManifestTests
{
    private const string Text = """
        name: orders
        version: 1.0.0
        task: binary
        schema:
          features:
            - {name: distance, type: float}
            - {name: count, type: int, nullable: true}
            - {name: tier, type: category, nullable: true}
        label: {name: late, classes: ["0", "1"]}
        views:
          - name: customers
            feed: lake
            query: SELECT * FROM datasets.customers -- '::'
            keys: [customer]
            known_at: loaded_at
            event_at: day
            features: [count, tier]
            max_age: 7d
        source:
          feed: shop
          query: SELECT * FROM orders
          ordinal: at
          as_of: [customers]
        pipeline: {trainer: xgboost}
        augment:
          - {name: facts, view: customers, at: asked_at, cache: 0s, default: {tier: none}}

        """;

    [Fact]
    public void View_is_declared_once_and_both_who_train_and_who_serve_have_it()
    {
        var manifest = ManifestTexts.Valid(Text);

        var view = manifest.Views.ShouldHaveSingleItem();
        (view.Name, view.Feed, view.KnownAt, view.EventAt, view.MaxAge).ShouldBe(
            ("customers", "lake", "loaded_at", "day", TimeSpan.FromDays(7)));
        view.Keys.ShouldBe(["customer"]);
        manifest.JoinedViews.ShouldBe([view]);
        var augment = manifest.Augment.ShouldHaveSingleItem();
        augment.View.ShouldBe(view);
        augment.Features.ShouldBe(["count", "tier"]);
        augment.Parameters.ShouldBe(["customer", "asked_at"]);
        new QuerySchema(manifest).Extras.ShouldBe(["customer", "asked_at"]);
        manifest.Feeds.ShouldBe([
            new("source.feed", "shop", "SELECT * FROM orders"), new("views[0].feed", "lake", "SELECT * FROM datasets.customers -- '::'"),
        ]);
    }

    [Theory]
    [InlineData("as_of: [customers]", "as_of: [customer]", "source.as_of[0]: there is no view 'customer'; did you mean 'customers'?")]
    [InlineData("view: customers", "view: shops", "augment[0].view: there is no view 'shops'; the views are customers")]
    [InlineData("  ordinal: at\n", "", "source.as_of: needs source.ordinal, which says as of when a row is")]
    [InlineData("[count, tier]", "[count, tiers]", "views[0].features[1]: 'tiers' is not a feature of the schema; did you mean 'tier'?")]
    [InlineData("keys: [customer]", "keys: [count]", "views[0].keys[0]: 'count' is a feature of the view")]
    [InlineData("keys: [customer]", "keys: [Distance]", "views[0].keys[0]: 'Distance' differs from the feature 'distance' in case only")]
    [InlineData("keys: [customer]", "keys: [late]", "augment[0].view: the view's key 'late' is the label, which a query does not carry")]
    [InlineData("known_at: loaded_at", "known_at: tier", "views[0].known_at: 'tier' is a feature of the view; yield it under two names")]
    [InlineData("event_at: day", "event_at: loaded_at", "views[0].event_at: is known_at too")]
    [InlineData("customers -- '::'", "customers WHERE id = :customer", "views[0].query: has the parameter :customer")]
    [InlineData("view: customers, at", "view: customers, feed: lake, at", "augment[0].feed: is the view's own; leave it out beside view")]
    [InlineData("view: customers, at: asked_at", "feed: lake", "augment[0]: needs exactly one of query, view; it has none")]
    [InlineData(
        "view: customers, at: asked_at", "feed: lake, query: SELECT 1 AS tier, features: [tier], at: x", "augment[0].at: is for a view only")]
    [InlineData(
        "view: customers, at: asked_at", "query: SELECT 1 AS tier, features: [tier]",
        "augment[0].feed: is missing: the name of a feed that an operator configured")]
    [InlineData("tier: none", "distance: 1", "augment[0].default.distance: is not among this augmentation's features")]
    [InlineData(
        "as_of: [customers]", "as_of: [customers, twice]", "source.as_of[1]: 'tier' comes from the view 'customers' already",
        "views:\n", "views:\n  - {name: twice, feed: f, query: SELECT 1, keys: [k], known_at: t, features: [tier]}\n")]
    [InlineData(
        "max_age: 7d", "max_age: 7d",
        "views[1].name: 'customers' is taken already", "views:\n",
        "views:\n  - {name: Customers, feed: f, query: SELECT 1, keys: [k], known_at: t, features: [tier]}\n")]
    public void What_does_not_go_together_is_refused_with_its_place(
        string part, string replacement, string message, string? second = null, string? secondReplacement = null)
    {
        var text = ManifestTexts.With(part, replacement, Text);
        if (second is not null)
            text = ManifestTexts.With(second, secondReplacement!, text);
        ManifestParser.Parse(text).Errors.ShouldContain(error => error.ToString().Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void Source_of_queries_alone_has_no_rows_to_join() =>
        ManifestParser.Parse(ManifestTexts.With(
                "  feed: shop\n  query: SELECT * FROM orders\n  ordinal: at\n", "  queries: true\n", Text))
            .Errors.ShouldContain(error => error.Path == "source.as_of" && error.Message == "is for feed and file only");
}
