namespace Progeny.Abstractions.Serving;

/// <summary>Why a query was not answered.</summary>
public enum ServingErrorKind
{
    /// <summary>The query is wrong; asking again the same way will fail again.</summary>
    InvalidQuery,

    /// <summary>The project or the version asked for does not exist.</summary>
    NotFound,

    /// <summary>The project has no generation in charge yet.</summary>
    NotReady,

    /// <summary>The model failed on this query.</summary>
    ModelFailed,

    /// <summary>Something that the query needs (a feed, the log) does not answer.</summary>
    Unavailable,

    /// <summary>A rule of the project's own failed on this query.</summary>
    RuleFailed,
}
