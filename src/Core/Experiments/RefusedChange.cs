namespace Progeny.Core.Experiments;

/// <summary>What an experiment does where the plan of a change was refused.</summary>
public abstract record RefusedChange
{
    private RefusedChange()
    {
    }

    /// <summary>A smaller change is tried.</summary>
    public sealed record Retry(ExperimentChange Change) : RefusedChange;

    /// <summary>It goes on without the arms that cannot serve.</summary>
    public sealed record Continue(ExperimentState State) : RefusedChange;

    /// <summary>It ends, and the champion has all traffic.</summary>
    /// <param name="Message">Why.</param>
    public sealed record RollBack(string Message) : RefusedChange;

    /// <summary>It ends before its first plan; the call that started it fails with the exception.</summary>
    public sealed record NeverBegan(ExperimentState State) : RefusedChange;

    /// <summary>Not even the champion can serve; the change stays pending and is tried again with each evaluation.</summary>
    public sealed record Blocked(string Message) : RefusedChange;
}
