using System.Text.Json.Nodes;
using NuGet.Versioning;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>A semantic version.</summary>
internal sealed class VersionShape : Shape<SemanticVersion>
{
    private static readonly TextShape Text = new(ReleaseVersions.Pattern, ReleaseVersions.Hint) { Further = ReleaseVersions.Problem };

    public override void Check(ManifestNode node, string path, ErrorList errors) => Text.Check(node, path, errors);

    public override SemanticVersion Bind(ManifestNode node) => SemanticVersion.Parse(node.Text);

    public override JsonObject ToSchema() => Text.ToSchema();
}
