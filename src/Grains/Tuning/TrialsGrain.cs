using System.Collections.Immutable;
using Progeny.Abstractions.Tuning;
using Progeny.Grains.Common;

namespace Progeny.Grains.Tuning;

/// <inheritdoc cref="ITrialsGrain"/>
internal sealed class TrialsGrain([PersistentState("trials", StorageNames.Grains)] IPersistentState<TrialsState> storage)
    : Grain, ITrialsGrain, IStoredGrain
{
    public bool IsStored => storage.RecordExists;

    public Task<ImmutableArray<TrialInfo>> List() => Task.FromResult(storage.State.Trials);

    public async Task<ImmutableArray<TrialInfo>> Begin(string dataDigest)
    {
        if (storage.State.DataDigest != dataDigest)
            await storage.SaveAsync(new TrialsState { DataDigest = dataDigest });
        return storage.State.Trials;
    }

    public Task Record(TrialInfo trial) => storage.SaveAsync(storage.State with
    {
        Trials = [.. storage.State.Trials.Where(known => (known.Number, known.Round) != (trial.Number, trial.Round)), trial],
    });
}
