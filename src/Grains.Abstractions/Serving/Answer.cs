using System.Collections.Immutable;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Serving;

/// <summary>The answer to a query: predictions, or the reason why there are none.</summary>
[GenerateSerializer, Immutable, Alias("progeny.answer")]
public sealed record Answer
{
    /// <summary>Set where the query was not answered; the other members are then at their defaults.</summary>
    [Id(0)] public ServingError? Error { get; init; }

    /// <summary>The generation that answered; null where several did: <see cref="Parts"/> tells which.</summary>
    [Id(1)] public GenerationReference? Generation { get; init; }

    /// <summary>An id a row; for tensors of a project without features, one for the request.</summary>
    [Id(2)] public ImmutableArray<string> QueryIds { get; init; } = [];

    /// <summary>The predictions; null where the project has no features, so that only <see cref="Outputs"/> are known.</summary>
    [Id(3)] public Prediction? Prediction { get; init; }

    /// <summary>The model's outputs that the query asked for.</summary>
    [Id(4)] public ImmutableArray<Tensor> Outputs { get; init; } = [];

    /// <summary>For each row the names of the rules that fired; empty where none fired on any row.</summary>
    [Id(5)] public ImmutableArray<ImmutableArray<string>> Rules { get; init; } = [];

    /// <summary>The project that was asked; null: the generation's own.</summary>
    [Id(6)] public string? Project { get; init; }

    /// <summary>Who answered, where that is not one generation for all rows, chosen for them; else empty.</summary>
    [Id(7)] public ImmutableArray<AnswerPart> Parts { get; init; } = [];

    /// <summary>For each row the index of its part; empty where there is one part or none.</summary>
    [Id(8)] public ImmutableArray<int> PartOfRow { get; init; } = [];

    /// <summary>Who answered a row; null: <see cref="Generation"/>, as it was chosen.</summary>
    public AnswerPart? PartOf(int row) => Parts.IsEmpty ? null : PartOfRow.IsEmpty ? Parts[0] : Parts[PartOfRow[row]];

    public static Answer Refuse(ServingError error) => new() { Error = error };
}
