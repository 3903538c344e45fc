using MathNet.Numerics;

namespace Progeny.Core.Drift;

/// <summary>Tests of whether two samples, counted in common cells, come from one distribution.</summary>
public static class TwoSampleTests
{
    /// <summary>
    /// The least count that a cell of chi-square must be expected to have in either sample; smaller ones are put together.
    /// </summary>
    private const double MinExpected = 5;

    /// <summary>The greatest distance of the cumulative shares over the bounds of the cells, and a bound on its probability.</summary>
    /// <remarks>
    /// P(D ≥ d) ≤ 2 exp(−2 d² n m / (n + m)): P. Massart, "The tight constant in the Dvoretzky–Kiefer–Wolfowitz inequality", 1990; for two
    /// samples F. Wei and R. M. Dudley, "Two-sample Dvoretzky–Kiefer–Wolfowitz inequalities", 2012. Seen through cells, or with ties, the
    /// distance is smaller and the bound holds all the more.
    /// </remarks>
    /// <param name="cells">In the order of the values.</param>
    public static (double Statistic, double PValue) KolmogorovSmirnov(IReadOnlyList<(long First, long Second)> cells)
    {
        var (first, second) = Totals(cells);
        if (first == 0 || second == 0)
            return (0, 1);
        var (distance, below, under) = (0.0, 0L, 0L);
        foreach (var cell in cells)
        {
            below += cell.First;
            under += cell.Second;
            distance = Math.Max(distance, Math.Abs((below / first) - (under / second)));
        }

        return (distance, Math.Min(1, 2 * Math.Exp(-2 * distance * distance * first * second / (first + second))));
    }

    /// <summary>
    /// Pearson's chi-square of homogeneity and its probability. Cells that are expected to have less than 5 in a sample are put together.
    /// </summary>
    /// <remarks>
    /// K. Pearson, "On the criterion …", 1900; cells put together as in W. G. Cochran, "Some methods for strengthening the common χ²
    /// tests", 1954.
    /// </remarks>
    public static (double Statistic, double PValue) ChiSquare(IReadOnlyList<(long First, long Second)> cells)
    {
        var (first, second) = Totals(cells);
        if (first == 0 || second == 0)
            return (0, 1);
        var share = Math.Min(first, second) / (first + second);
        bool IsEnough((long First, long Second) cell) => (cell.First + cell.Second) * share >= MinExpected;
        var whole = cells.Where(IsEnough).OrderBy(cell => cell.First + cell.Second).ToList();
        var small = cells.Where(cell => !IsEnough(cell)).ToList();
        var pool = (First: small.Sum(cell => cell.First), Second: small.Sum(cell => cell.Second));

        // What is too little still goes to the smallest cell that is enough.
        if (IsEnough(pool))
            whole.Add(pool);
        else if (whole.Count > 0)
            whole[0] = (whole[0].First + pool.First, whole[0].Second + pool.Second);
        if (whole.Count < 2)
            return (0, 1);
        var statistic = whole.Sum(cell =>
        {
            var expected = (cell.First + cell.Second) * first / (first + second);
            var others = (cell.First + cell.Second) - expected;
            return ((cell.First - expected) * (cell.First - expected) / expected)
                + ((cell.Second - others) * (cell.Second - others) / others);
        });
        return (statistic, statistic <= 0 ? 1 : SpecialFunctions.GammaUpperRegularized((whole.Count - 1) / 2.0, statistic / 2));
    }

    /// <summary>
    /// The probability that at least so many values of a window lie outside the range of a reference, where both are of one distribution:
    /// exact of a continuous one, a bound with ties or where fewer are seen.
    /// </summary>
    /// <remarks>
    /// What a continuous distribution has within the range of n values is Beta(n - 1, 2) whatever it is (S. S. Wilks, "Determination of
    /// sample sizes for setting tolerance limits", 1941), so of m more values the number outside is beta-binomial with m, 2 and n - 1.
    /// </remarks>
    /// <param name="outside">The values of the window outside.</param>
    /// <param name="window">All values of the window.</param>
    /// <param name="reference">The values of the reference.</param>
    public static double OutsideRange(long outside, long window, long reference)
    {
        if (outside == 0 || reference < 2)
            return 1;
        var term = Math.Exp(
            SpecialFunctions.GammaLn(window + 1) - SpecialFunctions.GammaLn(outside + 1) - SpecialFunctions.GammaLn(window - outside + 1)
            + SpecialFunctions.BetaLn(outside + 2, window - outside + reference - 1) - SpecialFunctions.BetaLn(2, reference - 1));
        var sum = term;
        for (var j = outside; j < window && term > sum * double.Epsilon; j++)
        {
            term *= (double)(window - j) / (j + 1) * (j + 2) / (window - j + reference - 2);
            sum += term;
        }

        return Math.Min(1, sum);
    }

    private static (double First, double Second) Totals(IReadOnlyList<(long First, long Second)> cells) =>
        (cells.Sum(cell => cell.First), cells.Sum(cell => cell.Second));
}
