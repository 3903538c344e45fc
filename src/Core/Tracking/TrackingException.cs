namespace Progeny.Core.Tracking;

/// <summary>A tracking request that cannot be done, with MLflow's kind of error.</summary>
public sealed class TrackingException(TrackingError error, string message) : Exception(message)
{
    /// <summary>The kind of the failure.</summary>
    public TrackingError Error { get; } = error;

    /// <summary>A value that is missing or wrong.</summary>
    public static TrackingException Invalid(string message) => new(TrackingError.InvalidParameterValue, message);

    /// <summary>Something that does not exist.</summary>
    public static TrackingException Missing(string message) => new(TrackingError.ResourceDoesNotExist, message);

    /// <summary>Something that exists already.</summary>
    public static TrackingException Exists(string message) => new(TrackingError.ResourceAlreadyExists, message);

    /// <summary>An experiment that does not exist.</summary>
    public static TrackingException NoExperiment(string id) => Missing($"No Experiment with id={id} exists");

    /// <summary>A run that does not exist.</summary>
    public static TrackingException NoRun(string id) => Missing($"Run with id={id} not found");

    /// <summary>A logged model that does not exist.</summary>
    public static TrackingException NoLoggedModel(string id) => Missing($"Logged model with ID '{id}' not found.");

    /// <summary>A trace that does not exist.</summary>
    public static TrackingException NoTrace(string id) => Missing($"Trace with ID '{id}' not found.");

    /// <summary>A registered model that does not exist.</summary>
    public static TrackingException NoRegisteredModel(string name) => Missing($"Registered Model with name={name} not found");

    /// <summary>A version of a registered model that does not exist.</summary>
    public static TrackingException NoVersion(string name, string version) =>
        Missing($"Model Version (name={name}, version={version}) not found");
}
