using Progeny.Core.Manifests;

namespace Progeny.Core.Tuning;

/// <summary>How many trials run on which share of the rows, round after round.</summary>
/// <remarks>
/// Successive halving (K. Jamieson, A. Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016):
/// each round halves the trials and doubles the rows, so all rounds cost about the same.
/// </remarks>
public static class TuneRounds
{
    /// <summary>With fewer rows a trial says nothing of the parameters.</summary>
    public const int MinRows = 100;

    /// <summary>The rounds: so many trials, each on the last so many of the rows to train on.</summary>
    /// <param name="trials">How many sets of parameters are tried.</param>
    /// <param name="rows">How many rows there are to train on.</param>
    public static IReadOnlyList<(int Trials, long Rows)> Of(TuneMethod method, int trials, long rows)
    {
        if (method is TuneMethod.Random)
            return [(trials, rows)];
        var rounds = 1;
        while (trials >> rounds >= 1 && rows >> rounds >= MinRows)
            rounds++;
        return [.. Enumerable.Range(0, rounds).Select(round => ((trials + (1 << round) - 1) >> round, rows >> (rounds - 1 - round)))];
    }
}
