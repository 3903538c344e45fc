using Progeny.Core.Drift;
using Progeny.Core.Manifests;

namespace Progeny.Core.Tests.Drift;

/// <summary>
/// A stream of queries, from the one seed: numbers far from zero and near it, few and many categories, missing values, and a prediction.
/// From query 1,001 on one number is greater by a shift in standard deviations. It is checked as a node does: at the newest 1,000, each
/// time 100 have come.
/// </summary>
internal sealed class DriftStream
{
    public const int Window = 1_000;
    private const int Block = 100;
    private const int Training = 5_000;

    private readonly Random random;
    private readonly double shift;
    private readonly Distributions training = new();

    public DriftStream(int seed, double shift)
    {
        random = new Random(seed);
        this.shift = shift;
        for (var i = 0; i < Training; i++)
            Add(training, 0);
    }

    /// <summary>The number of the query at which drift was found; null: it was not.</summary>
    public int? FirstAlarm(int queries)
    {
        var blocks = new Queue<Distributions>();
        for (int query = 0, looks = 0; query < queries; query += Block)
        {
            var block = new Distributions();
            for (var i = 0; i < Block; i++)
                Add(block, query >= Window ? shift : 0);
            blocks.Enqueue(block);
            if (blocks.Count < Window / Block)
                continue;
            var window = new Distributions();
            foreach (var each in blocks)
                window.Merge(each);
            blocks.Dequeue();
            if (DriftDetector.Evaluate(new DriftManifest(), training, window, ++looks, Window, DateTimeOffset.UnixEpoch).Drifted)
                return query + Block;
        }

        return null;
    }

    /// <summary>A standard normal number, by Box and Muller.</summary>
    public static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private void Add(Distributions target, double moved)
    {
        var number = 1_000 + Normal(random) + moved;
        target.Feature("kelvin").Record(number);
        target.Feature("amount").Record(Math.Exp(2 * Normal(random)));
        target.Feature("hour").Record(random.Next(24));
        target.Feature("city").Record($"city {(int)Math.Pow(300, random.NextDouble())}");
        target.Feature("kind").Record(random.Next(4) == 0 ? "b" : "a");
        if (random.Next(10) == 0)
            target.Feature("rating").RecordMissing();
        else
            target.Feature("rating").Record(random.Next(1, 6));
        target.Prediction("probability").Record(1 / (1 + Math.Exp(-Normal(random))));
    }
}
