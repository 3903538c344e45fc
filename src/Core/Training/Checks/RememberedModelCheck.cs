using System.Security.Cryptography;
using System.Text;
using Progeny.Core.Common;

namespace Progeny.Core.Training.Checks;

/// <summary>
/// Remembers what came of checks that depend on nothing but the bytes of a model and the text of its manifest, so that a finished model
/// that becomes one more generation is not checked in one more process. Checks with rows are made each time; refusals are not remembered.
/// </summary>
/// <param name="inner">Makes the checks.</param>
public sealed class RememberedModelCheck(IModelCheck inner) : IModelCheck
{
    private const int MaxRemembered = 256;

    private readonly BoundedCache<ModelFindings> _findings = new(MaxRemembered, TimeSpan.MaxValue, TimeProvider.System);

    /// <inheritdoc/>
    public async Task<ModelFindings> RunAsync(ModelCheckRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request is not { Data: null, Predictions: null, Evaluate: null, Manifest.Text: { } manifest } || !File.Exists(request.Model))
            return await inner.RunAsync(request, cancellationToken);
        var key = await KeyAsync(request, manifest, cancellationToken);
        if (_findings.TryGet(key, out var known))
            return known;
        var findings = await inner.RunAsync(request, cancellationToken);
        _findings.Put(key, findings);
        return findings;
    }

    private static async Task<string> KeyAsync(ModelCheckRequest request, string manifest, CancellationToken cancellationToken) =>
        $"{await FileDigest.ReadAsync(request.Model, cancellationToken)} "
            + $"{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(manifest)))} {request.Accept} {request.Measure} {request.Test}";
}
