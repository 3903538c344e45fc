using System.Numerics;
using Progeny.Core.Queries;

namespace Progeny.Core.Explanations;

/// <summary>
/// Exact Shapley values by all coalitions (Shapley 1953), for each background row among the features that differ from it.
/// </summary>
internal static class CoalitionEnumeration
{
    private const int MaxPlayers = 30;

    /// <summary>How many rows the model would run on.</summary>
    public static double Cost(HybridRows rows) => Enumerable.Range(0, rows.Backgrounds).Sum(row => Math.Pow(2, rows.Players(row).Length));

    /// <param name="features">How many features there are.</param>
    /// <exception cref="ModelException">The model failed on a mixture.</exception>
    public static ShapleyValues Compute(HybridRows rows, int features)
    {
        var amounts = new double[features];
        double empty = 0, all = 0;
        var taken = new bool[features];
        for (var row = 0; row < rows.Backgrounds; row++)
        {
            var players = rows.Players(row);
            var values = Evaluate(rows, row, players, taken);
            empty += values[0];
            all += values[^1];
            var shares = Of(values, players.Length);
            for (var i = 0; i < players.Length; i++)
                amounts[players[i]] += shares[i];
        }

        var count = (double)rows.Backgrounds;
        return new ShapleyValues(empty / count, all / count, [.. amounts.Select(amount => amount / count)]);
    }

    /// <summary>The Shapley values of one game.</summary>
    /// <param name="values">Of each coalition: bit <c>i</c> of the index says whether player <c>i</c> is in it.</param>
    public static double[] Of(ReadOnlySpan<double> values, int players)
    {
        // The chance that just these s players of n are before another one in a random order: s! (n - s - 1)! / n!.
        var weights = new double[Math.Max(1, players)];
        weights[0] = 1.0 / Math.Max(1, players);
        for (var s = 1; s < players; s++)
            weights[s] = weights[s - 1] * s / (players - s);

        var shares = new double[players];
        for (var player = 0; player < players; player++)
        {
            for (uint coalition = 0; coalition < values.Length; coalition++)
            {
                if ((coalition >> player & 1) == 0)
                    shares[player] += weights[BitOperations.PopCount(coalition)]
                        * (values[(int)(coalition | 1u << player)] - values[(int)coalition]);
            }
        }

        return shares;
    }

    private static double[] Evaluate(HybridRows rows, int row, int[] players, bool[] taken)
    {
        if (players.Length > MaxPlayers)
            throw new ArgumentException($"{players.Length} players have too many coalitions.", nameof(players));
        for (uint coalition = 0; coalition < 1u << players.Length; coalition++)
        {
            Array.Clear(taken);
            for (var i = 0; i < players.Length; i++)
                taken[players[i]] = (coalition >> i & 1) == 1;
            rows.Add(row, taken);
        }

        return rows.Take();
    }
}
