using MathNet.Numerics;

namespace Progeny.Core.Experiments.Statistics;

/// <summary>The confidence interval of a proportion, exact and valid at any time.</summary>
/// <remarks>
/// Robbins, "Statistical methods related to the law of the iterated logarithm", 1970: for every proportion p the ratio of the mixture of
/// likelihoods over a Beta(½, ½) prior to the likelihood of p is a martingale, which reaches 1/α with a probability of at most α; the
/// interval holds every p for which it has not.
/// </remarks>
public static class ProportionInterval
{
    private const int Steps = 60;

    /// <param name="hits">The ones.</param>
    /// <param name="trials">The ones and zeros.</param>
    public static Interval Of(double hits, double trials, double alpha)
    {
        if (trials <= 0)
            return new Interval(0, 1);
        var mixture = SpecialFunctions.BetaLn(hits + 0.5, trials - hits + 0.5) - SpecialFunctions.BetaLn(0.5, 0.5);
        var limit = mixture + Math.Log(alpha);
        var mean = hits / trials;
        return new Interval(
            hits == 0 ? 0 : Border(0, mean, p => LogLikelihood(p) < limit),
            hits == trials ? 1 : Border(1, mean, p => LogLikelihood(p) < limit));

        double LogLikelihood(double p) => (hits == 0 ? 0 : hits * Math.Log(p)) + (hits == trials ? 0 : (trials - hits) * Math.Log(1 - p));
    }

    /// <summary>Where a condition, true outside and false inside, changes.</summary>
    private static double Border(double outside, double inside, Func<double, bool> isOutside)
    {
        for (var i = 0; i < Steps; i++)
        {
            var middle = (outside + inside) / 2;
            if (isOutside(middle))
                outside = middle;
            else
                inside = middle;
        }

        return outside;
    }
}
