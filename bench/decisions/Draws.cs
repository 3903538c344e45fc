namespace Progeny.Bench.Decisions;

/// <summary>Values as metrics have them.</summary>
internal static class Draws
{
    public static double Bernoulli(Random random, double rate) => random.NextDouble() < rate ? 1 : 0;

    /// <summary>Positive and skewed, as log losses are.</summary>
    public static double Exponential(Random random, double mean) => -mean * Math.Log(1 - random.NextDouble());

    /// <summary>The square of a normal error: a squared loss.</summary>
    public static double SquaredError(Random random, double mean)
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return mean * normal * normal;
    }

    /// <summary>An arm, each with its share.</summary>
    public static int Pick(double[] shares, Random random)
    {
        var left = random.NextDouble();
        for (var i = 0; i < shares.Length - 1; i++)
        {
            left -= shares[i];
            if (left < 0)
                return i;
        }

        return shares.Length - 1;
    }

    /// <summary>The randomness of one run; the same each time, which <see cref="HashCode"/> is not.</summary>
    public static Random Of(int seed, int run, int part = 0) => new(unchecked((((seed * 1_000_003) + part) * 1_000_003) + run));
}
