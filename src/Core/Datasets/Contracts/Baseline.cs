namespace Progeny.Core.Datasets.Contracts;

/// <summary>
/// The distribution of a column in one version of a dataset: the shares of its values between <see cref="Edges"/>, or, of a column that is
/// not numeric, of each of <see cref="Values"/>.
/// </summary>
public sealed record Baseline
{
    /// <summary>The version that it was counted in.</summary>
    public required int Version { get; init; }

    /// <summary>What is between one and the next is a bin, which has its lower edge; the first and the last bin are open.</summary>
    public IReadOnlyList<double>? Edges { get; init; }

    /// <summary>The values that are bins; all others are the last bin.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>The share of each bin: of edges one more than those, of values one more, too.</summary>
    public required IReadOnlyList<double> Shares { get; init; }

    /// <summary>
    /// The population stability index: the sum over bins of (a − e)·ln(a / e), a share of nothing taken as 0.0001 (Siddiqi, Credit Risk
    /// Scorecards, 2006).
    /// </summary>
    public static double Psi(IReadOnlyList<double> expected, IReadOnlyList<double> actual)
    {
        const double least = 0.0001;
        return expected.Zip(actual, (e, a) =>
        {
            var (share, now) = (Math.Max(e, least), Math.Max(a, least));
            return (now - share) * Math.Log(now / share);
        }).Sum();
    }
}
