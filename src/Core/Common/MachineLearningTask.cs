using Progeny.Core.Manifests;

namespace Progeny.Core.Common;

/// <summary>What a model predicts, and so which metrics and objectives apply.</summary>
public enum MachineLearningTask
{
    /// <summary>One of two classes; the second of <see cref="LabelManifest.Classes"/> is the positive one.</summary>
    Binary,

    /// <summary>One of three or more classes.</summary>
    Multiclass,

    /// <summary>A number.</summary>
    Regression,
}
