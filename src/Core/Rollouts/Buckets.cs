using System.Collections.Immutable;
using Progeny.Abstractions.Rollouts;

namespace Progeny.Core.Rollouts;

/// <summary>
/// Divides the buckets among arms by weight, and redivides them so that no bucket changes its arm that need not: what changes hands is
/// the sum of what the shrinking arms lose, whatever the weights were and become.
/// </summary>
/// <remarks>
/// A hash of key, arm and weight alone (rendezvous hashing) cannot do that with three arms or more: pairs of distributions are coupled
/// at best at 2d/(1+d) for a distance of d (Angel and Spinka, "Pairwise optimal coupling of multiple random variables", 2019). Hence
/// the plan carries its ranges, and the next one is made from them.
/// </remarks>
public static class Buckets
{
    private const string Nobody = "";

    /// <summary>The buckets of the arms, made from those of the plan before.</summary>
    /// <param name="before">The ranges of the plan before, in order and without a gap; empty: there was none.</param>
    /// <param name="arms">Unique names; finite weights of 0 and more with a sum above 0; their order says nothing.</param>
    public static ImmutableArray<BucketRange> Divide(ImmutableArray<BucketRange> before, IReadOnlyList<RolloutArm> arms)
    {
        var counts = CountsOf(arms);
        List<BucketRange> ranges = before.IsEmpty ? [new BucketRange(0, BucketRange.Count, Nobody)] : [.. before];

        // How many buckets each arm has too few (above 0) or too many (below).
        var missing = new SortedDictionary<string, int>(counts, StringComparer.Ordinal);
        foreach (var range in ranges)
            missing[range.Arm] = missing.GetValueOrDefault(range.Arm) - range.Length;

        PassToNeighbours(ranges, missing);
        PassOn(ranges, missing);
        return [.. ranges];
    }

    /// <summary>Whole buckets for each arm: its share rounded down, and one more for those that lost most by it.</summary>
    private static SortedDictionary<string, int> CountsOf(IReadOnlyList<RolloutArm> arms)
    {
        // Weights may be so large that their sum is not finite, but never their ratio to the largest.
        var largest = arms.Max(arm => arm.Weight);
        List<RolloutArm> sorted = [.. arms.OrderBy(arm => arm.Name, StringComparer.Ordinal)];
        var sum = sorted.Sum(arm => arm.Weight / largest);
        List<(string Name, double Exact)> exact = [.. sorted.Select(arm => (arm.Name, arm.Weight / largest / sum * BucketRange.Count))];
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, count) in exact)
            counts[name] = (int)count;
        var rest = BucketRange.Count - counts.Values.Sum();
        foreach (var (name, _) in exact.Where(arm => arm.Exact > 0).OrderByDescending(arm => arm.Exact - Math.Floor(arm.Exact)).Take(rest))
            counts[name]++;
        return counts;
    }

    /// <summary>Moves the borders between ranges whose one arm shrinks and whose other grows: that makes no new ranges.</summary>
    private static void PassToNeighbours(List<BucketRange> ranges, SortedDictionary<string, int> missing)
    {
        for (var i = 0; i + 1 < ranges.Count;)
        {
            var (left, right) = (ranges[i], ranges[i + 1]);
            var toRight = missing[left.Arm] < 0 && missing[right.Arm] > 0;
            if (!toRight && !(missing[left.Arm] > 0 && missing[right.Arm] < 0))
            {
                i++;
                continue;
            }

            var (giver, taker) = toRight ? (left, right) : (right, left);
            var count = Math.Min(Math.Min(-missing[giver.Arm], missing[taker.Arm]), giver.Length);
            missing[giver.Arm] += count;
            missing[taker.Arm] -= count;
            var border = toRight ? left.To - count : left.To + count;
            (ranges[i], ranges[i + 1]) = (left with { To = border }, right with { From = border });
            i = Math.Max(0, Tidy(ranges, i) - 1);
        }
    }

    /// <summary>Takes the rest from the shrinking arms, their smallest ranges first, and gives it to the growing ones by name.</summary>
    private static void PassOn(List<BucketRange> ranges, SortedDictionary<string, int> missing)
    {
        while (missing.FirstOrDefault(arm => arm.Value > 0).Key is { } taker)
        {
            var giver = missing.First(arm => arm.Value < 0).Key;
            var range = ranges.Where(range => range.Arm == giver).MinBy(range => range.Length)!;
            var count = Math.Min(Math.Min(-missing[giver], missing[taker]), range.Length);
            missing[giver] += count;
            missing[taker] -= count;
            var i = ranges.IndexOf(range);
            ranges[i] = range with { From = range.From + count };
            ranges.Insert(i, new BucketRange(range.From, range.From + count, taker));
            Tidy(ranges, i);
        }
    }

    /// <summary>Drops what has become empty around an index and joins what has become one.</summary>
    /// <returns>The index of the first range that was checked.</returns>
    private static int Tidy(List<BucketRange> ranges, int index)
    {
        var first = Math.Max(0, index - 1);
        for (var i = Math.Min(ranges.Count - 1, index + 2); i >= first; i--)
        {
            if (ranges[i].Length == 0)
                ranges.RemoveAt(i);
            else if (i + 1 < ranges.Count && ranges[i].Arm == ranges[i + 1].Arm)
            {
                ranges[i] = ranges[i] with { To = ranges[i + 1].To };
                ranges.RemoveAt(i + 1);
            }
        }

        return first;
    }
}
