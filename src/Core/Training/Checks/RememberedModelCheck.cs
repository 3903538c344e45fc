using System.Security.Cryptography;
using System.Text;

namespace Progeny.Core.Training.Checks;

/// <summary>
/// Remembers what came of checks that depend on nothing but the bytes of a model and the text of its manifest, so that a finished model
/// that becomes one more generation is not checked in one more process. Checks with rows are made each time; refusals are not remembered.
/// </summary>
/// <param name="inner">Makes the checks.</param>
public sealed class RememberedModelCheck(IModelCheck inner) : IModelCheck
{
    private const int MaxRemembered = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ModelFindings> _findings = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <inheritdoc/>
    public async Task<ModelFindings> RunAsync(ModelCheckRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request is not { Data: null, Predictions: null, Evaluate: null, Manifest.Text: { } manifest } || !File.Exists(request.Model))
            return await inner.RunAsync(request, cancellationToken);
        var key = await KeyAsync(request, manifest, cancellationToken);
        lock (_gate)
        {
            if (_findings.TryGetValue(key, out var known))
                return known;
        }

        var findings = await inner.RunAsync(request, cancellationToken);
        lock (_gate)
        {
            if (_findings.TryAdd(key, findings))
                _order.Enqueue(key);
            if (_order.Count > MaxRemembered)
                _findings.Remove(_order.Dequeue());
        }

        return findings;
    }

    private static async Task<string> KeyAsync(ModelCheckRequest request, string manifest, CancellationToken cancellationToken)
    {
        await using var model = File.OpenRead(request.Model);
        var bytes = await SHA256.HashDataAsync(model, cancellationToken);
        return $"{Convert.ToHexString(bytes)} {Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(manifest)))} "
            + $"{request.Accept} {request.Measure} {request.Test}";
    }
}
