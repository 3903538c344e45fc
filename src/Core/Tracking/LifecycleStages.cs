namespace Progeny.Core.Tracking;

/// <summary>The two states of an experiment and a run: a deleted one can be restored.</summary>
public static class LifecycleStages
{
    /// <summary>It is there.</summary>
    public const string Active = "active";

    /// <summary>It was deleted and is found by its id only, or where a search asks for what is deleted.</summary>
    public const string Deleted = "deleted";

    /// <summary>The stages that a view type of a search includes.</summary>
    /// <exception cref="TrackingException">There is no such view type.</exception>
    public static IReadOnlyList<string> Of(string? viewType) => viewType switch
    {
        null or "" or "ACTIVE_ONLY" or "1" => [Active],
        "DELETED_ONLY" or "2" => [Deleted],
        "ALL" or "3" => [Active, Deleted],
        _ => throw TrackingException.Invalid(
            $"Invalid value '{viewType}' for parameter 'view_type' supplied: it must be ACTIVE_ONLY, DELETED_ONLY or ALL."),
    };
}
