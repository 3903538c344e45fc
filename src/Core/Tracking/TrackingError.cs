namespace Progeny.Core.Tracking;

/// <summary>What kind of failure a tracking request met; the names are those of MLflow's error codes.</summary>
public enum TrackingError
{
    /// <summary>A value in the request is missing or wrong.</summary>
    InvalidParameterValue,

    /// <summary>What the request names does not exist.</summary>
    ResourceDoesNotExist,

    /// <summary>What the request would create exists.</summary>
    ResourceAlreadyExists,

    /// <summary>The body of the request cannot be read.</summary>
    BadRequest,

    /// <summary>The caller may not do this.</summary>
    PermissionDenied,

    /// <summary>The server does not have this function.</summary>
    NotImplemented,
}
