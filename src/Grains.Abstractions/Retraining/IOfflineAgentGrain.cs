using Orleans.Concurrency;
using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Retraining;

/// <summary>
/// Runs a project unattended: trains it again, has it evaluated, pulls outcomes, checks alerts and removes what is too old. What is due
/// follows from what is stored, so it may be woken at any time and as often as one likes. Key: the project's name.
/// </summary>
[Alias("progeny.offline-agent")]
public interface IOfflineAgentGrain : IGrainWithStringKey
{
    /// <summary>Does what is due for the project. The schedule of all agents calls it.</summary>
    /// <param name="touched">Whether something has happened to the project since.</param>
    /// <returns>After how long it is to be called again; null: not before something happens to the project.</returns>
    [Alias("check-project"), AlwaysInterleave, ResponseTimeout("1.00:00:00")]
    Task<TimeSpan?> CheckProject(bool touched);

    /// <summary>What it did last and what it waits for; null where there is no such project.</summary>
    [Alias("get")]
    Task<OfflineAgentInfo?> Get();

    /// <summary>Starts no further training or evaluation and pulls no outcomes, until <see cref="Resume"/>. What runs goes on.</summary>
    /// <param name="by">Who wants it, and why, in their own words.</param>
    /// <exception cref="RegistryException">There is no such project.</exception>
    [Alias("pause")]
    Task<OfflineAgentInfo> Pause(string by);

    /// <summary>Goes on after <see cref="Pause"/>.</summary>
    /// <param name="by">Who wants it, and why, in their own words.</param>
    /// <exception cref="RegistryException">There is no such project.</exception>
    [Alias("resume")]
    Task<OfflineAgentInfo> Resume(string by);
}
