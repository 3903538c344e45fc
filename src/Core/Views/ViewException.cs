using Progeny.Core.Manifests;

namespace Progeny.Core.Views;

/// <summary>
/// A view yields what cannot be read as of a moment. The message is about the view and values of its entity, and names nothing of the
/// database.
/// </summary>
public sealed class ViewException(ViewManifest view, string message) : Exception($"View '{view.Name}' (feed '{view.Feed}'): {message}")
{
    internal static ViewException TwoValues(ViewManifest view, string entity, string known, string? from) => new(
        view,
        $"there are two values for {entity} known at {known}{(from is null ? "" : $" from {from} on")}, and nothing tells which counts; "
            + $"leave one of them out in the view's query{(view.EventAt is null ? ", or tell them apart by event_at" : "")}.");

    internal static ViewException OtherKind(ViewManifest view, string what, Moment value, string than, Moment other) => new(
        view,
        $"{what} has {value.Kind} such as {value}, and {than} {other.Kind} such as {other}, which are in no order together; "
            + "both must be times, or both whole numbers.");
}
