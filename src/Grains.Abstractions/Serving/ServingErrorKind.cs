namespace Progeny.Abstractions.Serving;

/// <summary>Why a query was not answered.</summary>
public enum ServingErrorKind
{
    /// <summary>The query is wrong; asking again the same way will fail again.</summary>
    InvalidQuery,

    /// <summary>The project or the version asked for does not exist.</summary>
    NotFound,

    /// <summary>The project has no generation in production yet.</summary>
    NotReady,

    /// <summary>The model failed on this query.</summary>
    ModelFailed,

    /// <summary>Something that the query needs (a feed, the log) does not answer.</summary>
    Unavailable,

    /// <summary>A rule of the project's own failed on this query.</summary>
    RuleFailed,

    /// <summary>The client's deadline passed before there was an answer.</summary>
    DeadlineExceeded,

    /// <summary>As many queries of the project are under way on this node as it may take.</summary>
    Overloaded,

    /// <summary>The project was ended; it will not answer again unless somebody brings it back.</summary>
    Gone,
}
