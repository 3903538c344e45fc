namespace Progeny.Gateway.Common;

internal static class Requests
{
    /// <summary>
    /// The most bytes of a request body; packages may be larger (see the releases API), queries have a limit of their own.
    /// </summary>
    public const long MaxBytes = 64L << 20;

    /// <summary>
    /// The least bytes a second of a body that has been coming for <see cref="BodyGrace"/>; slower ones are cut off (408).
    /// </summary>
    public const double MinBodyRate = 1024;

    /// <summary>How long a body may be slower than <see cref="MinBodyRate"/>.</summary>
    public static readonly TimeSpan BodyGrace = TimeSpan.FromSeconds(5);
}
