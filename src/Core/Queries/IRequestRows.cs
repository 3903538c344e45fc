using System.Text.Json;

namespace Progeny.Core.Queries;

/// <summary>What takes the parts of a request by rows while it is tokenized.</summary>
internal interface IRequestRows
{
    /// <summary>How many rows there are.</summary>
    int Count { get; }

    /// <summary>The client's id for the query; null: none was given.</summary>
    string? QueryId { set; }

    /// <summary>The entity named beside the rows; null: none was.</summary>
    string? Entity { set; }

    /// <summary>Why there can be no further row; null: there can.</summary>
    string? Refusal { get; }

    /// <summary>Reads a row, from behind its first brace up to its last one.</summary>
    void ReadRow(ref Utf8JsonReader reader);
}
