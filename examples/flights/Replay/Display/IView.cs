using Progeny.Replay.Metrics;

namespace Progeny.Replay.Display;

/// <summary>How the replay shows itself.</summary>
internal interface IView
{
    void Say(string line);

    /// <summary>Shows how far some work is, from 0 to 1, and what it is doing.</summary>
    Task ShowProgressAsync(string title, Func<Action<double, string>, Task> work);

    /// <summary>Shows the replay while it runs.</summary>
    Task ShowAsync(Func<Snapshot> read, Task replay);
}
