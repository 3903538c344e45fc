namespace Progeny.Abstractions.Training;

/// <summary>
/// Runs a project while nobody looks: trains it again, has it evaluated, pulls outcomes, checks alerts and removes what is too old. What is
/// due follows from what is stored, so it may be woken at any time and as often as one likes. Key: the project's name.
/// </summary>
[Alias("progeny.offline-agent")]
public interface IOfflineAgentGrain : IGrainWithStringKey
{
    /// <summary>Makes it look now and then, from now on and after every start of a node.</summary>
    [Alias("wake")]
    Task Wake();

    /// <summary>What it did last and what it waits for; null where there is no such project.</summary>
    [Alias("get")]
    Task<OfflineAgentInfo?> Get();

    /// <summary>Starts no further training or evaluation and pulls no outcomes, until <see cref="Resume"/>. What runs goes on.</summary>
    /// <param name="by">Who wants it, and why, in their own words.</param>
    /// <exception cref="Lifecycle.RegistryException">There is no such project.</exception>
    [Alias("pause")]
    Task<OfflineAgentInfo> Pause(string by);

    /// <summary>Goes on after <see cref="Pause"/>.</summary>
    /// <param name="by">Who wants it, and why, in their own words.</param>
    /// <exception cref="Lifecycle.RegistryException">There is no such project.</exception>
    [Alias("resume")]
    Task<OfflineAgentInfo> Resume(string by);
}
