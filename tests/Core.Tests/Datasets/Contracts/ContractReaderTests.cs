using Progeny.Core.Datasets.Contracts;

namespace Progeny.Core.Tests.Datasets.Contracts;

public sealed class ContractReaderTests
{
    [Theory]
    [InlineData("[]", "", "a list")]
    [InlineData("{", "", "no JSON")]
    [InlineData("""{"type": "array"}""", "type", "'array'")]
    [InlineData("""{"oneOf": []}""", "oneOf", "not supported")]
    [InlineData("""{"properties": []}""", "properties", "a list")]
    [InlineData("""{"properties": {"a": true}}""", "properties/a", "true")]
    [InlineData("""{"properties": {"a": {"$ref": "#"}}}""", "properties/a/$ref", "not supported")]
    [InlineData("""{"properties": {"a": {"type": "int"}}}""", "properties/a/type", "'int'")]
    [InlineData("""{"properties": {"a": {"type": "Integer"}}}""", "properties/a/type", "'Integer'")]
    [InlineData("""{"properties": {"a": {"type": ["integer", "string"]}}}""", "properties/a/type", "a list")]
    [InlineData("""{"properties": {"a": {"minimum": 1}}}""", "properties/a/minimum", "integer or number")]
    [InlineData("""{"properties": {"a": {"type": "string", "minimum": 1}}}""", "properties/a/minimum", "integer or number")]
    [InlineData("""{"properties": {"a": {"type": "number", "pattern": "x"}}}""", "properties/a/pattern", "string")]
    [InlineData("""{"properties": {"a": {"type": "number", "minimum": "1"}}}""", "properties/a/minimum", "'1'")]
    [InlineData("""{"properties": {"a": {"type": "number", "minimum": 2, "maximum": 1}}}""", "properties/a", "above its maximum")]
    [InlineData("""{"properties": {"a": {"type": "number", "multipleOf": 0}}}""", "properties/a/multipleOf", "above 0")]
    [InlineData("""{"properties": {"a": {"type": "string", "enum": []}}}""", "properties/a/enum", "at least one")]
    [InlineData("""{"properties": {"a": {"type": "string", "enum": ["x", 1]}}}""", "properties/a/enum/1", "no string")]
    [InlineData("""{"properties": {"a": {"type": "string", "format": "email"}}}""", "properties/a/format", "'email'")]
    [InlineData("""{"properties": {"a": {}, "A": {}}}""", "properties", "one column")]
    [InlineData("""{"required": "a"}""", "required", "'a'")]
    [InlineData("""{"additionalProperties": {}}""", "additionalProperties", "true or false")]
    [InlineData("""{"x-table": {"sum": 1}}""", "x-table/sum", "not supported")]
    [InlineData("""{"x-table": {"unique": ["a"]}}""", "x-table/unique/0", "list of columns")]
    [InlineData("""{"x-table": {"rows": {}}}""", "x-table/rows", "no bound")]
    [InlineData("""{"x-table": {"rows": {"minimum": -1}}}""", "x-table/rows/minimum", "-1")]
    [InlineData("""{"x-table": {"freshness": {"column": "a", "maxAge": "2 days"}}}""", "x-table/freshness/maxAge", "1d")]
    [InlineData("""{"x-table": {"columns": {"a": {"quantiles": {"50": {"minimum": 1}}}}}}""", "x-table/columns/a/quantiles/50", "0 to 1")]
    [InlineData("""{"x-table": {"columns": {"a": {"psi": {}}}}}""", "x-table/columns/a/psi", "maximum")]
    public void Wrong_contract_is_refused_with_the_path_and_what_would_be_right(string json, string path, string problem)
    {
        var error = Should.Throw<ContractException>(() => ContractReader.Read(json)).Errors[0];
        error.Path.ShouldBe(path);
        error.Problem.ShouldContain(problem);
    }

    [Fact]
    public void Whole_contract_is_read()
    {
        var contract = ContractReader.Read(
            """
            {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
             "properties": {"a": {"type": ["integer", "null"], "minimum": 1e2, "description": "x"}, "b": {"type": "string", "const": "y"}},
             "required": ["a", "b", "c"],
             "x-table": {"unique": [["a", "b"]], "freshness": {"column": "c", "maxAge": "12h"}, "quarantined": {"maximum": 0.1},
                         "columns": {"a": {"psi": {"maximum": 0.2, "against": 3}}}}}
            """);

        contract.AllowsOtherColumns.ShouldBeFalse();
        contract.Columns.Select(column => (column.Name, column.Type, column.IsRequired)).ShouldBe(
            [("a", ContractType.Integer, false), ("b", ContractType.String, true), ("c", null, true)]);
        contract.Columns[0].Minimum!.Value.Value.ShouldBe(100);
        contract.Columns[1].Values.ShouldBe(["y"]);
        contract.Table.Unique.ShouldHaveSingleItem().ShouldBe(["a", "b"]);
        contract.Table.Freshness.ShouldBe(new FreshnessRule("c", TimeSpan.FromHours(12)));
        contract.Table.MaxQuarantined.ShouldBe(0.1);
        contract.Table.Columns["a"].PsiAgainst.ShouldBe(3);
    }

    [Theory]
    [InlineData("""{"a": {"type": "integer"}}""", """{"a": {"type": "number"}}""", "properties/a: the type is number")]
    [InlineData("""{"a": {}}""", """{}""", "properties/a: the column is removed")]
    [InlineData("""{"a": {"type": "integer", "minimum": 1}}""", """{"a": {"type": "integer", "minimum": 2}}""", "properties/a: the least")]
    [InlineData("""{"a": {"type": "integer", "minimum": 1}}""",
        """{"a": {"type": "integer", "exclusiveMinimum": 1}}""", "properties/a: the least")]
    [InlineData("""{"a": {"type": "string"}}""", """{"a": {"type": "string", "enum": ["x"]}}""", "properties/a: only listed")]
    [InlineData("""{"a": {"type": "string", "enum": ["x", "y"]}}""",
        """{"a": {"type": "string", "enum": ["x"]}}""", "properties/a: not allowed any more: y")]
    public void Narrower_contract_is_breaking_and_the_wider_one_is_not(string before, string after, string change)
    {
        var (old, now) = (ContractReader.Read($$"""{"properties": {{before}}}"""), ContractReader.Read($$"""{"properties": {{after}}}"""));
        ContractChanges.FindBreaking(old, now).ShouldHaveSingleItem().ShouldStartWith(change);
        ContractChanges.FindBreaking(now, now).ShouldBeEmpty();
    }

    [Fact]
    public void New_required_column_is_breaking_and_one_that_may_be_missing_is_not()
    {
        var old = ContractReader.Read("{}");
        ContractChanges.FindBreaking(old, ContractReader.Read("""{"required": ["a"]}"""))
            .ShouldHaveSingleItem().ShouldContain("new and required");
        ContractChanges.FindBreaking(old, ContractReader.Read("""{"properties": {"a": {"type": "integer"}}}""")).ShouldBeEmpty();
    }
}
