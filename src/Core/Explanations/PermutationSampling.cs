using Progeny.Core.Queries;

namespace Progeny.Core.Explanations;

/// <summary>
/// Estimates Shapley values by random orders of the features (Castro, Gómez and Tejada 2009), each also taken from its end (antithetic;
/// Mitchell et al. 2022). Every background row gets the same number of orders, so that the estimates add up exactly.
/// </summary>
internal static class PermutationSampling
{
    private const int MaxRounds = 1_000;

    /// <param name="features">How many features there are.</param>
    /// <param name="most">On how many rows the model may run; one round is made in any case.</param>
    /// <param name="isLate">Whether to make do with the rounds that have been made.</param>
    /// <exception cref="ModelException">The model failed on a mixture.</exception>
    public static ShapleyValues Compute(HybridRows rows, int features, long most, Random random, Func<bool> isLate)
    {
        int[][] players = [.. Enumerable.Range(0, rows.Backgrounds).Select(rows.Players)];
        var (empty, all) = Ends(rows, players, features);
        var cost = players.Sum(row => 2L * Math.Max(0, row.Length - 1));
        var rounds = (int)Math.Clamp(most / Math.Max(1, cost), 1, MaxRounds);
        var sums = new double[rows.Backgrounds, features];
        var squares = new double[rows.Backgrounds, features];
        var made = 0;
        for (; made < rounds && (made == 0 || !isLate()); made++)
        {
            for (var row = 0; row < players.Length; row++)
                AddPair(rows, row, players[row], empty[row], all[row], features, random, sums, squares);
        }

        var amounts = new double[features];
        var errors = new double[features];
        for (var feature = 0; feature < features; feature++)
            (amounts[feature], errors[feature]) = Estimate(sums, squares, feature, made);
        return new ShapleyValues(empty.Average(), all.Average(), amounts, errors, 2L * made * players.Length);
    }

    /// <summary>For each background row its own score and, after all of its players, the query's.</summary>
    private static (double[] Empty, double[] All) Ends(HybridRows rows, int[][] players, int features)
    {
        bool[] none = new bool[features], every = [.. Enumerable.Repeat(true, features)];
        for (var row = 0; row < players.Length; row++)
            rows.Add(row, none);
        for (var row = 0; row < players.Length; row++)
            rows.Add(row, every);
        var values = rows.Take();
        return (values[..players.Length], values[players.Length..]);
    }

    private static void AddPair(
        HybridRows rows, int row, int[] players, double empty, double all, int features, Random random, double[,] sums, double[,] squares)
    {
        if (players.Length == 0)
            return;
        int[] order = [.. players];
        random.Shuffle(order);
        AddRows(rows, row, order, features);
        Array.Reverse(order);
        AddRows(rows, row, order, features);
        var values = rows.Take();
        var inner = order.Length - 1;
        for (var k = 0; k < order.Length; k++)
        {
            // A feature at place k of one direction is at the mirrored place of the other.
            var mirrored = inner - k;
            var backward = Step(values.AsSpan(inner), k, empty, all);
            var forward = Step(values.AsSpan(0, inner), mirrored, empty, all);
            var amount = (forward + backward) / 2;
            sums[row, order[k]] += amount;
            squares[row, order[k]] += amount * amount;
        }
    }

    /// <summary>What the feature at a place adds to those before it.</summary>
    private static double Step(ReadOnlySpan<double> inner, int place, double empty, double all) =>
        (place == inner.Length ? all : inner[place]) - (place == 0 ? empty : inner[place - 1]);

    private static void AddRows(HybridRows rows, int row, int[] order, int features)
    {
        var taken = new bool[features];
        for (var k = 0; k < order.Length - 1; k++)
        {
            taken[order[k]] = true;
            rows.Add(row, taken);
        }
    }

    /// <summary>
    /// Mean and standard error over the background rows as strata; of one round, whose strata have one value each, as if they were none.
    /// </summary>
    private static (double Amount, double Error) Estimate(double[,] sums, double[,] squares, int feature, int rounds)
    {
        var strata = sums.GetLength(0);
        double mean = 0, within = 0, square = 0;
        for (var row = 0; row < strata; row++)
        {
            var own = sums[row, feature] / rounds;
            mean += own / strata;
            square += own * own / strata;
            if (rounds > 1)
                within += Math.Max(0, squares[row, feature] - (rounds * own * own)) / (rounds - 1) / rounds;
        }

        return rounds > 1
            ? (mean, Math.Sqrt(within) / strata)
            : (mean, strata > 1 ? Math.Sqrt(Math.Max(0, square - (mean * mean)) / (strata - 1)) : double.NaN);
    }
}
