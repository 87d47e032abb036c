// What Relay's compiler compiles; nothing here is run. Operations are named for this module, as it demands.
const { graphql } = require('relay-runtime');

graphql`
  query storyPageQuery($structureId: ID!, $first: Int!) {
    structure(id: $structureId) {
      id
      ...story_animations @arguments(first: $first)
    }
  }
`;

graphql`
  fragment story_animations on Structure
  @argumentDefinitions(first: { type: "Int!" }, after: { type: "String" })
  @refetchable(queryName: "storyMoreQuery") {
    animations(first: $first, after: $after, orderBy: [{ field: TITLE, direction: ASC }])
      @connection(key: "story_animations") {
      totalCount
      edges {
        cursor
        node {
          id
          title
          startsAt
          attestation {
            total
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

graphql`
  query storyFiguresQuery {
    dashboard {
      published
    }
  }
`;

graphql`
  mutation storyAttestMutation($input: AnimationAttestInput!) {
    animationAttest(input: $input) {
      animation {
        id
        attestation {
          total
        }
      }
      position
      errors {
        code
        message
        field
      }
    }
  }
`;

graphql`
  mutation storyAttachMutation($input: AttendanceSheetAttachInput!) {
    attendanceSheetAttach(input: $input) {
      animation {
        id
        attendanceSheet {
          mediaType
          sha256
        }
      }
      errors {
        code
        message
        field
      }
    }
  }
`;

graphql`
  subscription storyFollowSubscription($structureId: ID!, $after: Int) {
    structureTimeline(structureId: $structureId, after: $after) {
      id
      position
      type
    }
  }
`;
