using Progeny.Abstractions.Drift;
using Progeny.Abstractions.Releases;
using Progeny.Core.Drift;
using Progeny.Core.Manifests;
using Progeny.Core.Metrics;
using Progeny.Core.Releases;
using Progeny.Grains.Common;
using Progeny.Grains.Gates;

namespace Progeny.Grains.Drift;

/// <inheritdoc cref="IDriftGrain"/>
internal sealed class DriftGrain(
    [PersistentState("drift", StorageNames.Grains)] IPersistentState<DriftState> storage,
    GateSubjects generations,
    IMetricsStore metrics,
    IArtifactStore artifacts,
    TimeProvider time) : Grain, IDriftGrain
{
    // A window that has hardly changed is worth no check: it would only make the next ones stricter.
    private const int ChecksPerWindow = 10;

    private DriftManifest? settings;
    private Distributions? profile;
    private bool isWithoutProfile;

    private GenerationReference Reference => GenerationReference.Parse(this.GetPrimaryKeyString());

    public Task<DriftReport?> Get() => Task.FromResult(storage.State.Report);

    public async Task<DriftReport?> Evaluate()
    {
        if (isWithoutProfile || !await LoadAsync())
            return storage.State.Report;
        if (await metrics.ReadRecentAsync(Reference, settings!.Rows, CancellationToken.None) is not { } recent
            || recent.Rows < settings.Rows
            || recent.Until - storage.State.Until < Math.Max(1, settings.Rows / ChecksPerWindow))
        {
            return storage.State.Report;
        }

        var before = storage.State.Report;
        var report = DriftDetector.Evaluate(
            settings, profile!, recent.Distributions, (before?.Check ?? 0) + 1, recent.Rows, time.GetUtcNow());
        if (report.Drifted)
            report = report with { Since = before?.Since ?? report.At };

        // What nobody has been told of has not been spent: the check counts once it is stored.
        await storage.SaveAsync(new DriftState { Report = report, Until = recent.Until });
        return report;
    }

    private async Task<bool> LoadAsync()
    {
        if (profile is not null)
            return true;
        var judged = await generations.GetAsync(Reference);
        if (judged.Info.Assets.Profile is not { } digest)
        {
            isWithoutProfile = true;
            return false;
        }

        await using var stream = await artifacts.OpenAsync(digest, CancellationToken.None);
        profile = await ProfileStore.ReadAsync(stream, CancellationToken.None);
        settings = judged.Manifest.Drift;
        return true;
    }
}
