using Progeny.Core.Drift;

namespace Progeny.Grains.Drift;

/// <summary>Training profiles as artifacts.</summary>
internal static class ProfileStore
{
    public static async Task<Distributions> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return Distributions.Decode(bytes);
    }
}
