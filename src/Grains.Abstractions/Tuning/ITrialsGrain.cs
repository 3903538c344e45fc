using System.Collections.Immutable;

namespace Progeny.Abstractions.Tuning;

/// <summary>The trials of a search that have ended, so that none is run again after a stop. Key: the job's id.</summary>
[Alias("progeny.trials")]
public interface ITrialsGrain : IGrainWithStringKey
{
    /// <summary>The trials that have ended, in the order of their ends.</summary>
    [Alias("list")]
    Task<ImmutableArray<TrialInfo>> List();

    /// <summary>Begins, or goes on: trials over other rows than these are forgotten, since they cannot be compared.</summary>
    /// <param name="dataDigest">The SHA-256 of the rows.</param>
    /// <returns>The trials over these rows that have ended.</returns>
    [Alias("begin")]
    Task<ImmutableArray<TrialInfo>> Begin(string dataDigest);

    /// <summary>Keeps a trial that has ended; one of the same number and round replaces it.</summary>
    [Alias("record")]
    Task Record(TrialInfo trial);
}
