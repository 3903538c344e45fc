using System.Collections.Immutable;
using Progeny.Abstractions.Releases;
using Progeny.Core.Experiments.Strategies;
using Progeny.Core.Expressions;
using Progeny.Core.Gates;
using Progeny.Core.Manifests;

namespace Progeny.Core.Experiments;

/// <summary>
/// The table <c>generations</c> that <c>serving.rollout.select</c> sees: a row for each generation, with all that is known of it in
/// numbers.
/// </summary>
public static class GenerationTable
{
    public const string Name = "generations";

    private const string Generation = "generation";
    private const string Weight = "weight";

    /// <summary>Columns that are no figures of a generation's own.</summary>
    private static readonly string[] Own = [Generation, "project", "release", "number", "stage", "champion", "known_outcomes"];

    /// <summary>The statement of a manifest as it is checked and run.</summary>
    public static TableQuery Query(Manifest manifest, string sql) =>
        new(sql, new ExpressionTable(Name, [.. Own, .. FigureNames.Of(manifest).Except(Own, StringComparer.OrdinalIgnoreCase)]), [
            Generation,
            Weight,
        ]);

    /// <summary>Runs the statement.</summary>
    /// <param name="project">The project that is asked.</param>
    /// <param name="rows">What is known of each generation that takes part.</param>
    /// <returns>The weights, or what is wrong.</returns>
    public static SelectionResult Select(IExpressionEngine engine, TableQuery query, string project, IReadOnlyList<GenerationFacts> rows)
    {
        try
        {
            var yielded = engine.Run(query, [.. rows.Select(row => Row(query.Table, project, row))]);
            var weights = ImmutableDictionary.CreateBuilder<GenerationReference, double>();
            foreach (var row in yielded)
            {
                if (rows.FirstOrDefault(known => known.Generation.VersionIn(project) == row[0].ToString()) is not { } chosen)
                    return Wrong(
                        $"it yields the generation '{row[0]}', which is none of "
                            + $"{string.Join(", ", rows.Select(known => known.Generation.VersionIn(project)))}");
                var weight = row[1].Type switch { SqlType.Integer => row[1].Integer, SqlType.Real => row[1].Real, _ => double.NaN };
                if (!double.IsFinite(weight) || weight < 0)
                    return Wrong($"it yields the weight {row[1]} for {row[0]}; a finite number of 0 or more is one");
                weights[chosen.Generation] = weights.GetValueOrDefault(chosen.Generation) + weight;
            }

            return new SelectionResult(weights.ToImmutable(), null);
        }
        catch (ExpressionException exception)
        {
            return Wrong(exception.Message);
        }

        static SelectionResult Wrong(string problem) =>
            new(ImmutableDictionary<GenerationReference, double>.Empty, $"serving.rollout.select cannot be used: {problem}");
    }

    private static IReadOnlyList<SqlValue> Row(ExpressionTable table, string project, GenerationFacts facts) =>
    [
        SqlValue.From(facts.Generation.VersionIn(project)),
        SqlValue.From(facts.Generation.Project),
        SqlValue.From(facts.Generation.Release),
        SqlValue.From((long)facts.Generation.Generation),
        SqlValue.From(facts.Stage.ToString().ToLowerInvariant()),
        SqlValue.From(facts.IsChampion),
        SqlValue.From(facts.KnownOutcomes),
        .. table.Columns.Skip(Own.Length)
            .Select(name => facts.Figures.GetValueOrDefault(name) is { } figure ? SqlValue.From(figure) : default),
    ];
}
