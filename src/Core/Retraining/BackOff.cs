namespace Progeny.Core.Retraining;

/// <summary>How long is waited after failures: twice as long after each as after the one before, up to a limit.</summary>
/// <param name="First">After the first failure.</param>
/// <param name="Longest">After any.</param>
public sealed record BackOff(TimeSpan First, TimeSpan Longest)
{
    /// <param name="failures">How many there were one after the other.</param>
    public TimeSpan After(int failures) =>
        failures <= 0
            ? TimeSpan.Zero
            : TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, First.TotalSeconds * Math.Pow(2, failures - 1)));
}
