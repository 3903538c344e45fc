namespace Progeny.Core.Tracking.Models;

/// <summary>The states of a logged model.</summary>
public static class LoggedModelStatuses
{
    /// <summary>Its files are being sent.</summary>
    public const string Pending = "LOGGED_MODEL_PENDING";

    private static readonly string[] _all = [Pending, "LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED"];

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
