using System.Collections.Immutable;
using Progeny.Abstractions.Drift;
using Progeny.Core.Manifests;

namespace Progeny.Core.Drift;

/// <summary>
/// Compares the newest queries of a generation with its training rows, column by column, so that over the whole life of the generation,
/// all its checks and all its columns together, the probability of ever finding drift where there is none is at most
/// <see cref="DriftManifest.FalseAlarms"/> (docs/drift.md).
/// </summary>
/// <remarks>
/// Check k may spend α · 6 / (π² k²) of the rate α, which adds up to α over all checks; the columns of a check share that evenly
/// (Bonferroni). Both bounds hold however checks and columns depend on each other.
/// </remarks>
public static class DriftDetector
{
    /// <summary>The p-value from which one of some columns is sure to have drifted at a check.</summary>
    public static double Level(double falseAlarms, long check, int columns) =>
        falseAlarms * 6 / (Math.PI * Math.PI * check * check) / Math.Max(1, columns);

    /// <summary>Compares.</summary>
    /// <param name="settings">The watched features, the rate of false alarms, and how much must differ.</param>
    /// <param name="training">The training profile.</param>
    /// <param name="window">The newest queries. A column that is not in both is not compared.</param>
    /// <param name="check">The number of the check, from 1.</param>
    /// <param name="rows">The rows of the window.</param>
    public static DriftReport Evaluate(
        DriftManifest settings, Distributions training, Distributions window, long check, long rows, DateTimeOffset at)
    {
        var compared = new List<ColumnDrift>();
        foreach (var (name, column) in training.Features)
        {
            if ((settings.Features is null || settings.Features.Contains(name)) && window.Features.TryGetValue(name, out var seen))
                Compare(name, column, seen, isPrediction: false);
        }

        foreach (var (name, column) in training.Predictions)
        {
            if (window.Predictions.TryGetValue(name, out var seen))
                Compare(name, column, seen, isPrediction: true);
        }

        var level = Level(settings.FalseAlarms, check, compared.Count);
        return new DriftReport
        {
            Check = check,
            At = at,
            Rows = rows,
            Level = level,
            Columns =
            [
                .. compared.Select(column => column with { Drifted = column.PValue <= level && column.Psi >= settings.Psi })
                    .OrderByDescending(column => column.Drifted).ThenByDescending(column => column.Psi)
                    .ThenBy(column => column.Name, StringComparer.Ordinal),
            ],
        };

        void Compare(string name, ColumnDistribution reference, ColumnDistribution seen, bool isPrediction)
        {
            if (reference.Rows == 0 || seen.Rows == 0)
                return;
            var pair = ColumnPair.Of(reference, seen);
            var (test, statistic, probability) = pair.IsOrdered ? TestNumbers(pair) : TestCategories(pair);
            compared.Add(new ColumnDrift
            {
                Name = name,
                IsPrediction = isPrediction,
                Rows = seen.Rows,
                Psi = pair.Psi(),
                Test = test,
                Statistic = statistic,
                PValue = probability,
            });
        }
    }

    private static (DriftTest Test, double Statistic, double PValue) TestCategories(ColumnPair pair)
    {
        var (statistic, probability) = TwoSampleTests.ChiSquare(pair.Cells);
        return (DriftTest.ChiSquare, statistic, probability);
    }

    /// <summary>Two tests: the one that is surer counts, and its probability twice (Bonferroni).</summary>
    private static (DriftTest Test, double Statistic, double PValue) TestNumbers(ColumnPair pair)
    {
        var (distance, probability) = TwoSampleTests.KolmogorovSmirnov(pair.Cells);
        var (outside, window, reference) = pair.OutsideRange();
        var beyond = TwoSampleTests.OutsideRange(outside, window, reference);
        return beyond < probability
            ? (DriftTest.OutOfRange, (double)outside / window, Math.Min(1, 2 * beyond))
            : (DriftTest.KolmogorovSmirnov, distance, Math.Min(1, 2 * probability));
    }
}
