using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Progeny.Abstractions.Retraining;

/// <summary>
/// When the offline agent of each project on the roster checks its project next. An agent whose project needs nothing is not called until
/// something happens to the project, so idle projects cost nothing. Key: <c>schedule</c>.
/// </summary>
[Alias("progeny.offline-schedule")]
public interface IOfflineScheduleGrain : IGrainWithStringKey
{
    /// <summary>The only key.</summary>
    const string Key = "schedule";

    /// <summary>Starts with all projects on the roster, each of which is checked once; does nothing where it has started.</summary>
    [Alias("start")]
    Task Start();

    /// <summary>
    /// Something happened to these projects: they are checked soon, and then again and again for a minute. Nobody waits for it.
    /// </summary>
    [Alias("touch"), OneWay]
    Task Touch(ImmutableArray<string> projects);
}
