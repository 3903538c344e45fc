namespace Progeny.Core.Tracking.Runs;

/// <summary>The states of a run.</summary>
public static class RunStatuses
{
    private static readonly string[] _all = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"];

    /// <summary>The state of a new run.</summary>
    public const string Running = "RUNNING";

    /// <summary>Reads a state, by its name or MLflow's number of it.</summary>
    /// <exception cref="TrackingException">There is none of the name.</exception>
    public static string Read(string status)
    {
        if (int.TryParse(status, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= _all.Length)
            return _all[number - 1];
        return _all.Contains(status)
            ? status
            : throw TrackingException.Invalid(
                $"Invalid value '{status}' for parameter 'status' supplied: it must be one of {string.Join(", ", _all)}.");
    }
}
