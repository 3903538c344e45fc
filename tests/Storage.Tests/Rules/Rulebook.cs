using System.Text;
using Progeny.Abstractions.Queries;
using Progeny.Core.Evaluation;
using Progeny.Core.Gates;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Releases;
using Progeny.Core.Rules;
using Progeny.Storage.Expressions;

namespace Progeny.Storage.Tests.Rules;

/// <summary>Projects with rules, and requests to them, without a model.</summary>
internal static class Rulebook
{
    private const string Movies =
        """
        name: movies
        version: 1.0.0
        task: multiclass
        schema:
          features:
            - {name: ratings, type: int}
            - {name: hour, type: float, nullable: true, min: 0, max: 23}
            - {name: genre, type: category, nullable: true}
            - {name: member, type: bool, nullable: true}
        label: {name: list, classes: [popular, matched, "for you"]}
        entity: user
        source: {feed: films, query: SELECT * FROM films}
        pipeline: {trainer: xgboost}
        """;

    private const string Prices =
        """
        name: prices
        version: 1.0.0
        task: regression
        schema:
          features:
            - {name: area, type: float}
            - {name: value, type: float, nullable: true}
        label: {name: price}
        source: {feed: homes, query: SELECT * FROM homes}
        pipeline: {trainer: xgboost}
        """;

    private static readonly SqliteExpressionEngine _engine = new();

    public static RuleCompiler Compiler { get; } = new(_engine);

    public static MetricCompiler Metrics { get; } = new(_engine);

    public static ConditionCompiler Conditions { get; } = new(_engine);

    public static ReleaseCompiler Releases { get; } = new(_engine);

    public static string MoviesYaml(string rules) => $"{Movies}\n{rules}";

    public static Manifest OfMovies(string rules) => ManifestParser.ParseOrThrow(MoviesYaml(rules));

    public static Manifest OfPrices(string rules) => ManifestParser.ParseOrThrow($"{Prices}\n{rules}");

    public static QueryRows Rows(Manifest manifest, string rows)
    {
        var (read, error) = QueryRowsReader.Read(Encoding.UTF8.GetBytes($"{{\"rows\": {rows}}}"), new QuerySchema(manifest));
        error.ShouldBeNull();
        read!.Features.Errors.ShouldBeEmpty();
        return read;
    }

    /// <summary>Runs both phases; the model says <paramref name="ofModel"/> of every row that is left to it.</summary>
    public static (RuledRows Ruled, ModelAnswer Answer) Run(Manifest manifest, QueryRows rows, params float[] ofModel)
    {
        using var rules = Compiler.Compile(manifest)!;
        var ruled = rules.Begin(rows);
        if (ruled.Before() is { } error)
            return (ruled, new ModelAnswer { Error = error });
        var left = ruled.Answered.Span.Count(false);
        return (ruled, ruled.After(left == 0 ? new ModelAnswer() : new ModelAnswer { Prediction = Repeat(manifest, left, ofModel) }));
    }

    public static Prediction Repeat(Manifest manifest, int rows, float[] scores)
    {
        var label = Array.IndexOf(scores, scores.Max());
        return new Prediction
        {
            Classes = [.. manifest.Label!.Classes],
            Scores = Enumerable.Range(0, rows).SelectMany(_ => scores).ToArray(),
            Labels = manifest.Label.Classes.Count == 0 ? Array.Empty<int>() : Enumerable.Repeat(label, rows).ToArray(),
        };
    }
}
