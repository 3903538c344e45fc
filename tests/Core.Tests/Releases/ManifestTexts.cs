using Progeny.Core.Manifests;

namespace Progeny.Core.Tests.Releases;

/// <summary>Manifests that tests start from.</summary>
internal static class ManifestTexts
{
    public const string Full = """
        # flights
        name: flights
        version: 1.2.0-beta.1
        description: Will it be late?
        task: binary
        schema:
          features:
            - {name: hour, type: int, min: 0, max: 23}
            - {name: distance, type: float, nullable: true, description: miles}
            - {name: origin, type: category, values: [ATL, ORD, NO]}
            - name: state
              type: category
            - {name: latitude, type: float, nullable: true}
            - {name: weekend, type: bool, nullable: true}
        label: {name: late, classes: ["0", "1"]}
        entity: origin
        source:
          feed: flights
          ordinal: scheduled
          query: |
            SELECT hour, distance, origin, late, scheduled
            FROM flights
        outcomes: {feed: flights, query: "SELECT query_id, outcome FROM outcomes"}
        pipeline:
          trainer: xgboost
          parameters: {booster: gbtree, max_depth: 6, eta: 0.1, deep: {list: [1, two, true, null]}}
          incremental: true
          timeout: 10m
          memory: 2GiB
          seed: 7
        evaluation: {method: kfold, folds: 4, refit: true}
        serving: {log: durable, log_sample: 0.25, redact: [origin, vip], retention: 30d, max_batch: 64, max_wait: 2ms, output: probabilities, threshold: 0.4}
        augment:
          - name: airports
            feed: flights
            query: "SELECT state, latitude FROM airports WHERE iata = :origin AND ':x' <> '' AND day::text = :day"
            features: [state, latitude]
            cache: 1h
            cache_size: 500
            deadline: 50ms
            default: {state: "", latitude: 40}
        retrain: {every: 1d, when: "auc < 0.6"}
        rules:
          - {name: closed, at: before, when: "hour < 4", then: {refuse: "the airport is closed"}}
          - {name: vip, at: after, when: ":vip = 1", then: {answer: "'0'"}}
          - {name: cap, at: before, when: "distance > 5000", then: {set: {distance: "5000"}}}
        gates:
          - {name: good enough, before: champion, when: "auc > 0.7"}
        tests:
          - {name: evening, given: {hour: 17, distance: 300, origin: NO, vip: 1, day: Monday}, expect: {label: 1, probability: {1: {min: 0.3, max: 0.9}}}}
          - {name: night, given: {hour: 2}, expect: {error: closed}}

        """;

    public const string Regression = """
        name: prices
        version: 1.0.0
        task: regression
        schema: {features: [{name: size, type: float}]}
        label: {name: price}
        source: {file: data/prices.csv, query: SELECT size price FROM prices}
        pipeline: {command: [python3, train.py]}
        tests: [{name: small, given: {size: 10}, expect: {value: {min: 1, max: 2.5}}}]

        """;

    public const string Model = """
        name: imported
        version: 0.1.0
        task: multiclass
        pipeline: {model: models/model.onnx}

        """;

    /// <summary>Parses what must be valid; the errors are in the failure's message.</summary>
    public static Manifest Valid(string yaml) => ManifestParser.ParseOrThrow(yaml);

    /// <summary>The only error of a manifest.</summary>
    public static ManifestError OnlyError(string yaml)
    {
        var result = ManifestParser.Parse(yaml);
        result.Manifest.ShouldBeNull();
        return result.Errors.ShouldHaveSingleItem();
    }

    /// <summary>A valid manifest with one part replaced; the part must be there.</summary>
    public static string With(string part, string replacement, string manifest = Full)
    {
        manifest.ShouldContain(part);
        return manifest.Replace(part, replacement, StringComparison.Ordinal);
    }
}
