using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Requests;

/// <summary>What holds for the parts of an inference request in each of its encodings.</summary>
internal static class InferChecks
{
    private const int MaxNameCharacters = 1_024;
    private const int MaxShown = 40;

    /// <summary>
    /// The id of a query; null where it is empty: the protocol's clients send it always, empty where the caller gave none.
    /// </summary>
    /// <exception cref="InferRequestException">It is no id.</exception>
    public static string? QueryId(string text)
    {
        if (text.Length == 0)
            return null;
        var id = Id(text, "id");
        return QueryIds.Problem(id) is { } problem ? throw new InferRequestException($"'id' {problem}.") : id;
    }

    /// <summary>An id of anything.</summary>
    /// <exception cref="InferRequestException">It is empty or too long.</exception>
    public static string Id(string text, string what) => text.Length is > 0 and <= QueryRowsReader.MaxIdCharacters
        ? text
        : throw new InferRequestException(
            $"'{what}' must be a text of 1 to {QueryRowsReader.MaxIdCharacters} characters, or be left out.");

    /// <summary>The name of a tensor; names come back in errors.</summary>
    /// <exception cref="InferRequestException">It is too long.</exception>
    public static string Name(string name, string list, int index) => name.Length <= MaxNameCharacters
        ? name
        : throw new InferRequestException($"{list}[{index}].name has more than {MaxNameCharacters} characters, the most that a name may have.");

    /// <summary>The refusal of a parameter, which would change the answer: it is not passed over.</summary>
    /// <param name="path">Where it stands: what is before its name.</param>
    /// <param name="name">Its name.</param>
    /// <param name="served">The parameters that are served there.</param>
    public static InferRequestException NotServed(string path, string name, string served) => new(
        $"The parameter '{path}.{Shorten(name)}' is not served here: " + name switch
        {
            "sequence_id" or "sequence_start" or "sequence_end" => "models keep nothing from one query to the next; it has to be left out.",
            "priority" => "queries are answered in the order in which they come; it has to be left out.",
            "timeout" => $"the header {Deadline.Header}, or over gRPC the deadline of the call, would do.",
            "classification" => "the output's probabilities come in the order of the classes; it has to be left out.",
            _ when name.StartsWith("shared_memory", StringComparison.Ordinal) => "tensors have to be in the request and its answer.",
            _ => served.Length > 0 ? $"{served} would do." : "it has to be left out.",
        });

    /// <summary>A text as it is shown in errors.</summary>
    public static string Shorten(string text) => text.Length <= MaxShown ? text : text[..MaxShown] + "…";
}
