using System.Globalization;
using Progeny.Abstractions.Experiments;
using Progeny.Core.Experiments.Statistics;

namespace Progeny.Core.Experiments.Strategies;

/// <summary>Figures as decisions say them.</summary>
internal static class DecisionText
{
    private const double MaxInFull = 1e6;

    /// <summary><c>loss 0.412 of 1,204 outcomes</c></summary>
    public static string Figure(ArmSums sums, string metric) => sums.Mean is { } mean
        ? string.Create(CultureInfo.InvariantCulture, $"{metric} {mean:0.####} of {sums.Count:#,0} outcomes")
        : "no outcome yet";

    /// <summary>Both arms' figures.</summary>
    public static string Both(SnapshotArm challenger, ArmSums its, ArmSums champions, string metric) =>
        $"{challenger.Generation.Version} {Figure(its, metric)}, champion {Figure(champions, metric)}";

    /// <summary>What is to be done where arms cannot be compared for the few entities that they met; empty: they met enough.</summary>
    public static string TooFew(params IEnumerable<ArmSums> arms) => arms.Any(Comparison.IsOfTooFew)
        ? $"; they are of too few entities ({DesignEffect.MinClusters} groups of each arm are needed): with sticky: false each query is "
            + "drawn by itself"
        : "";

    /// <summary>Evidence against its limit; from a million on as a power of ten: it grows without bound.</summary>
    public static string Evidence(double value, double limit) => string.Create(
        CultureInfo.InvariantCulture,
        $"evidence {(value < MaxInFull ? value.ToString("0.#", CultureInfo.InvariantCulture) : Power(value))} of {limit:0.#}");

    public static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.##} %");

    public static string Of(long count, long all) => string.Create(CultureInfo.InvariantCulture, $"{count:#,0} of {all:#,0}");

    public static string Time(TimeSpan time) =>
        time.ToString(time.TotalDays >= 1 ? @"d\.hh\:mm\:ss" : @"hh\:mm\:ss", CultureInfo.InvariantCulture);

    private static string Power(double value) =>
        double.IsPositiveInfinity(value) ? "above 1e308" : value.ToString("0.#e0", CultureInfo.InvariantCulture);
}
