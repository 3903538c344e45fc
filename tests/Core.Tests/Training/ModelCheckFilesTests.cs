using Progeny.Core.Common;
using Progeny.Core.Tests.Common;
using Progeny.Core.Training.Checks;

namespace Progeny.Core.Tests.Training;

/// <summary>What a check leaves whose process a model has taken over.</summary>
public sealed class ModelCheckFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Findings_that_are_links_missing_or_no_json_fail_the_check()
    {
        var secret = _folder.Write("secret.json", """{"stage": 0, "message": "the node's secret"}""");
        Directory.CreateDirectory(_folder.At("check"));

        (await RefusalAsync()).ShouldContain("left nothing as findings.json");
        File.CreateSymbolicLink(_folder.At("check/findings.json"), secret);
        (await RefusalAsync()).ShouldBe("The check of the model left a symbolic link as findings.json; a regular file would be right.");
        File.Delete(_folder.At("check/findings.json"));
        _folder.Write("check/findings.json", "no json");
        (await RefusalAsync()).ShouldContain("findings.json that cannot be read");
    }

    public void Dispose() => _folder.Dispose();

    private async Task<string> RefusalAsync() =>
        (await Should.ThrowAsync<TrainingFailedException>(
            () => ModelCheckFiles.ReadFindingsAsync(_folder.At("check"), Projects.Regression, default))).Message;
}
